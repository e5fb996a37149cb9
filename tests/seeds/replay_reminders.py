"""The Job Management System's background tasks: reminders, and tidying up."""
import datetime

from kit import equal, eventually, replays


def swept(room, kind, **args):
    run = room.admin.post("/runs", {"kind": kind, "args": args}, headers={"Prefer": "wait=20"})
    equal(run["state"], "succeeded", run.raw)
    return run["result"]


def reminders_of(who):
    return [(one["type"], one["title"].split(":")[0].split(" ")[0]) for one in who.get("/notifications").body if one["type"].startswith("reminder")]


@replays("JMS-129")
def who_works_on_what_is_due_soon_is_reminded_once(room):
    equal(len([one for one in room.admin.get("/schedules").body if one["kind"] == "reminder.sweep"]), 1)
    who = room.person("member")
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=20)).isoformat()
    for one in room.admin.get("/reminder-rules?trigger=due_day").body:
        room.admin.patch(f"/reminder-rules/{one['id']}", {"is_active": False})
    job = room.job(assigned_to_user_id=who.id, due_date=soon)
    rule = room.admin.get("/reminder-rules?trigger=before_due").body[0]["id"]
    equal([one["outcome"] for one in room.admin.get(f"/reminder-rules/{rule}/preview").body if one["user_id"] == who.id], ["told"])
    swept(room, "reminder.sweep")
    swept(room, "reminder.sweep")
    equal(reminders_of(who), [("reminder_before_due", "Due")])
    equal([one["job_id"] for one in who.get("/notifications?type=reminder_before_due").body], [job["id"]])


@replays("JMS-129")
def a_job_that_stays_in_a_status_reminds_who_asked_for_it(room):
    who = room.person("manager")
    status = room.admin.post(
        "/job-statuses", {"name": "Awaiting a look", "display_order": 40, "category": "review"}).body
    room.admin.post("/reminder-rules", {"name": "A look within an hour", "trigger": "in_status", "hours": 1, "job_status_id": status["id"], "recipients": ["creator"]})
    job = room.job(created_by_user_id=who.id, job_status_id=status["id"])
    swept(room, "reminder.sweep")
    equal(reminders_of(who), [])
    room.sql(f"update job set status_since = now() - interval '59 minutes 59 seconds' where id = '{job['id']}'")
    eventually(lambda: swept(room, "reminder.sweep") and reminders_of(who))
    equal(reminders_of(who), [("reminder_in_status", "Awaiting")])


@replays("JMS-127")
def what_is_old_is_tidied_up_and_said_before(room):
    equal(swept(room, "job.cleanup", dry_run=True)["dry_run"], True)
    for kind in ("job.cleanup", "session.cleanup", "timer.sweep", "run.retention", "report.cleanup"):
        swept(room, kind)
