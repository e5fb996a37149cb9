"""Many jobs at once."""
from kit import equal, eventually, replays


def outcomes(said):
    return [one["outcome"] for one in said["results"]]


@replays("JMS-08")
def many_jobs_are_changed_at_once_each_by_its_own_rules(room):
    who = room.person("member")
    free, busy, done = (room.job(job_status_id=room.status(slug))["id"] for slug in ("open", "in_progress", "completed"))
    room.checklist(busy, "Still open")
    order = {"action": "complete", "ids": [free, busy, done], "reason": "end of the year"}
    for dry_run in (True, False):
        said = room.admin.post("/jobs/bulk", order | {"dry_run": dry_run})
        equal((said["dry_run"], said["matched"], said["changed"], said["unchanged"], said["refused"]), (dry_run, 3, 1, 1, 1))
        came = {one["id"]: one for one in said["results"]}
        equal(came[free]["changes"]["status"], ["open", "completed"])
        equal(came[busy]["error"]["details"]["open_checklist_items"][0]["description"], "Still open")
        equal(room.admin.get("/jobs/" + free)["status"], "open" if dry_run else "completed")
    equal(room.admin.get(f"/jobs/{free}/history").body[0]["reason"], "end of the year")
    equal(room.admin.get("/jobs/" + busy)["status"], "in_progress")
    said = room.admin.post("/jobs/bulk", {"action": "assign", "assigned_to_user_id": who.id, "ids": [free, busy, busy]})
    equal((said["matched"], said["changed"]), (2, 2))
    equal(len(who.get("/jobs/my").body), 2)
    tag = room.admin.post("/tags", {"name": "In bulk"})["id"]
    equal(outcomes(room.admin.post("/jobs/bulk", {"action": "tag", "tag_id": tag, "filter": {"assignee": who.id}})), ["changed", "changed"])
    equal(outcomes(room.admin.post("/jobs/bulk", {"action": "tag", "tag_id": tag, "filter": {"assignee": who.id}})), ["unchanged", "unchanged"])
    equal(outcomes(room.admin.post("/jobs/bulk", {"action": "untag", "tag_id": tag, "ids": [free]})), ["changed"])
    urgent = room.configured()["priorities"][3]
    equal(outcomes(room.admin.post("/jobs/bulk", {"action": "priority", "job_priority_id": urgent, "filter": {"tag": tag, "overdue": False}})), ["changed"])
    equal(room.admin.post("/jobs/bulk", {"action": "status", "job_status_id": room.status("blocked"), "ids": [busy]})["changed"], 1)
    equal(room.admin.post("/jobs/bulk", {"action": "update", "changes": {"title": "Renamed", "due_date": None}, "ids": [busy, room.admin.id]})["refused"], 1)
    equal(room.admin.get("/jobs/" + busy)["title"], "Renamed")
    equal(room.admin.post("/jobs/bulk", {"action": "delete", "ids": [free, busy], "dry_run": True})["changed"], 2)
    equal(room.admin.post("/jobs/bulk", {"action": "delete", "ids": [free, busy]})["changed"], 2)
    room.admin.get("/jobs/" + busy, expect=404)


@replays("JMS-08")
def all_or_none_is_all_or_none(room):
    good, bad = room.job()["id"], room.job()["id"]
    room.checklist(bad, "Still open")
    said = room.admin.post("/jobs/bulk", {"action": "complete", "ids": [good, bad], "atomic": True}, expect=409)
    equal((said["details"]["refused"], room.admin.get("/jobs/" + good)["status"]), (1, "open"))
    equal(room.admin.post("/jobs/bulk", {"action": "complete", "ids": [good], "atomic": True})["changed"], 1)


@replays("JMS-08", "JMS-86")
def permissions_hold_for_each_job_of_a_bulk_change(room):
    boss = room.person("manager")
    department = room.admin.post("/departments", {"name": f"Bulk of {boss.email}", "manager_user_id": boss.id})["id"]
    mine, other = room.job(department_id=department)["id"], room.job()["id"]
    said = boss.post("/jobs/bulk", {"action": "delete", "ids": [mine, other]})
    equal({one["id"]: one["outcome"] for one in said["results"]}, {mine: "changed", other: "refused"})
    for role in ("member", "viewer", "sales_agent"):
        room.the(role).post("/jobs/bulk", {"action": "delete", "ids": [other]}, expect=403)
    for body, field in (({"action": "delete"}, "ids"), ({"action": "delete", "ids": []}, "ids"), ({"action": "delete", "ids": ["x"]}, "ids"), ({"action": "explode", "ids": [other]}, "action"),
                        ({"action": "assign", "ids": [other]}, "assigned_to_user_id"), ({"action": "delete", "ids": [other], "tag_id": other}, "tag_id"),
                        ({"action": "delete", "filter": {}}, "filter"), ({"action": "delete", "ids": [other], "filter": {"status": "open"}}, "ids"),
                        ({"action": "update", "ids": [other], "changes": {}}, "changes"), ({"action": "update", "ids": [other], "changes": {"titel": "x"}}, "changes.titel")):
        said = room.admin.post("/jobs/bulk", body, expect=400)
        assert field in said["details"]["fields"], (body, said.body)
    room.admin.post("/jobs/bulk", {"action": "delete", "filter": {"statsu": "open"}}, expect=400)


@replays("JMS-08")
def more_than_a_hundred_jobs_are_a_run_with_progress_and_a_result(room):
    department = room.department()["id"]
    first = room.job(department_id=department)["id"]
    room.checklist(first, "Still open")
    room.sql(f"""insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, created_by_user_id, department_id)
                 select gen_random_uuid(), organization_id, 'BULK-' || i, title, job_type_id, job_status_id, job_priority_id, created_by_user_id, department_id
                   from job, generate_series(1, 249) i where id = '{first}'""")
    order = {"action": "complete", "filter": {"department": department}, "reason": "cleared"}
    for dry_run in (True, False):
        said = room.admin.post("/jobs/bulk", order | {"dry_run": dry_run}, expect=202)
        equal((said["matched"], said.headers["location"]), (250, "/api/v1/jobs/bulk/" + said["id"]))
        path = "/jobs/bulk/" + said["id"]
        now = eventually(lambda: (lambda one: one if one["state"] not in ("ready", "scheduled", "dispatched", "running") else None)(room.admin.get(path)), 40)
        equal((now["state"], now["changed"], now["refused"], now["waiting"]), ("succeeded", 249, 1, 0))
        equal([one["id"] for one in room.admin.get(path + "?outcome=refused")["results"]], [first])
        equal(len(room.admin.get(path + "?outcome=changed&limit=10")["results"]), 10)
        equal(room.admin.get("/runs/" + said["run_id"])["result"], {"jobs": 250, "changed": 249, "unchanged": 0, "refused": 1})
        equal(room.sql(f"select count(*) from job where department_id = '{department}' and completed_at is not null"), "0" if dry_run else "249")
    equal(room.sql(f"select count(*) from audit_log a join job j on j.id = a.subject_id where j.department_id = '{department}' and a.reason = 'cleared' and a.actor = 'user:{room.admin.id}'"), "249")
    room.admin.post("/jobs/bulk", order | {"atomic": True}, expect=422)
