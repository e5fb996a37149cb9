"""What the API's benchmark is measured beside: the same three requests on the same database, by FastAPI and asyncpg, the way their manuals
advise. DATABASE_URL, ORGANIZATION, CALLER (a user's id) and TOKEN come from the environment; run it with uvicorn."""
import datetime, decimal, os, uuid

import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()
ORGANIZATION, CALLER = (uuid.UUID(os.environ[name]) for name in ("ORGANIZATION", "CALLER"))


class NewJob(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = None
    job_type_id: uuid.UUID
    job_status_id: uuid.UUID
    job_priority_id: uuid.UUID
    due_date: datetime.datetime | None = None
    estimated_hours: decimal.Decimal | None = None


class Job(BaseModel):
    id: uuid.UUID
    key: str
    title: str
    description: str | None
    job_type_id: uuid.UUID
    job_status_id: uuid.UUID
    job_priority_id: uuid.UUID
    type: str
    status: str
    status_name: str
    status_category: str
    priority: str
    priority_level: int
    created_by_user_id: uuid.UUID
    assigned_to_user_id: uuid.UUID | None
    assigned_to_name: str | None
    department_id: uuid.UUID | None
    team_id: uuid.UUID | None
    due_date: datetime.datetime | None
    estimated_hours: decimal.Decimal | None
    actual_hours: decimal.Decimal | None
    is_overdue: bool
    completed_at: datetime.datetime | None
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime


def caller(authorization: str = Header()):
    if authorization != "Bearer " + os.environ["TOKEN"]:
        raise HTTPException(401)


@app.on_event("startup")
async def open_pool():
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8)


@app.get("/jobs/{id}", response_model=Job, dependencies=[Depends(caller)])
async def one(id: uuid.UUID):
    row = await app.state.pool.fetchrow("select * from api.job where organization_id = $1 and id = $2", ORGANIZATION, id)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/jobs", response_model=list[Job], dependencies=[Depends(caller)])
async def some(job_status_id: uuid.UUID, job_priority_id: uuid.UUID, limit: int = 50):
    rows = await app.state.pool.fetch("select * from api.job where organization_id = $1 and job_status_id = $2 and job_priority_id = $3 order by created_at desc, id limit $4",
                                      ORGANIZATION, job_status_id, job_priority_id, limit)
    return [dict(row) for row in rows]


@app.post("/jobs", response_model=Job, status_code=201, dependencies=[Depends(caller)])
async def make(job: NewJob):
    id = uuid.uuid4()
    async with app.state.pool.acquire() as link, link.transaction():
        await link.execute("select set_config('nightshift.actor', $1, true)", f"user:{CALLER}")
        number = await link.fetchval("update job_counter set last = last + 1 where organization_id = $1 and prefix = 'JOB' returning last", ORGANIZATION)
        await link.execute("insert into job (id, organization_id, key, title, description, job_type_id, job_status_id, job_priority_id, created_by_user_id, due_date, estimated_hours) "
                           "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", id, ORGANIZATION, f"JOB-{number}", job.title, job.description, job.job_type_id,
                           job.job_status_id, job.job_priority_id, CALLER, job.due_date, job.estimated_hours)
        return dict(await link.fetchrow("select * from api.job where organization_id = $1 and id = $2", ORGANIZATION, id))
