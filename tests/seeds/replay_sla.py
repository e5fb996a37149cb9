"""Overdue jobs and service levels: what the daemon notices by itself."""
from kit import equal, eventually, replays


def told(room, who, kind, job):
    return [one for one in who.get("/notifications").body if one["type"] == kind and one["job_id"] == job]


@replays("JMS-90")
def a_job_that_becomes_overdue_is_told_at_once_and_once(room):
    who = room.person("technician")
    job = room.job(assigned_to_user_id=who.id, due_date="2024-01-20T17:00:00Z")
    eventually(lambda: told(room, who, "job_overdue", job["id"]))
    assert job["is_overdue"] and job["overdue_since"].startswith("2024-01-20")
    history = room.admin.get(f"/jobs/{job['id']}/history").body
    assert any(one["changed"].get("is_overdue") == [False, True] for one in history), history
    run = room.admin.post("/runs", {"kind": "overdue.sweep"}, headers={"Prefer": "wait=20"})
    equal(run["state"], "succeeded")
    equal(len(told(room, who, "job_overdue", job["id"])), 1, "told again by another sweep")
    moved = room.admin.patch(f"/jobs/{job['id']}", {"due_date": "2099-01-20T17:00:00Z"})
    equal((moved["is_overdue"], moved["overdue_since"]), (False, None))


@replays("JMS-128")
def a_breach_of_a_service_level_is_noticed_and_told(room):
    lead, who = room.person("manager"), room.person("technician")
    kind = room.admin.post("/job-types", {"name": "Promised"})["id"]
    policy = room.admin.post("/sla-policies", {"name": "A minute", "job_type_id": kind, "first_response_minutes": 1000, "resolution_minutes": 1, "is_active": True})
    job = room.job(job_type_id=kind, assigned_to_user_id=who.id, department_id=room.department(manager_user_id=lead.id)["id"])["id"]
    clocks = {one["metric"]: one for one in room.admin.get(f"/jobs/{job}/sla")["clocks"]}
    equal((clocks["resolution"]["state"], clocks["first_response"]["state"]), ("running", "running"))
    eventually(lambda: room.sql(f"select count(*) from sla_clock where job_id = '{job}'") == "2")
    room.sql(f"update job set created_at = created_at - interval '2 minutes' where id = '{job}'")
    who.post(f"/jobs/{job}/comments", {"content": "On my way."})   # the clocks are worked out again
    eventually(lambda: told(room, who, "sla_breached", job) and told(room, lead, "sla_breached", job))
    clocks = {one["metric"]: one for one in room.admin.get(f"/jobs/{job}/sla")["clocks"]}
    equal((clocks["resolution"]["state"], clocks["first_response"]["state"]), ("breached", "met"))
    equal(clocks["resolution"]["fired"], [50, 80, 100])
    equal(room.sql(f"select count(*) from event where type = 'sla_breached' and job_id = '{job}'"), "1")
    equal(room.admin.post(f"/sla-policies/{policy['id']}/simulate", {})["resolution"]["breached"], 1)
