"""What hangs on a job: comments, time logs, checklists."""
from kit import equal, holds, replays
from replay_jobs import at_once


@replays("JMS-42", "JMS-58", "JMS-68")
def comments_tell_who_is_mentioned_and_name_who_is_not_found(room):
    alice = room.person("manager", email="alice.manager@company.com")
    job = room.job()["id"]
    said = room.admin.post(f"/jobs/{job}/comments", {"content": "Found it. @alice.manager please review. @nobody.here too. mail@alice.manager"})
    equal((said["mentioned_user_ids"], said["unresolved_mentions"]), ([alice.id], ["nobody.here"]))
    equal(room.sql(f"select type from notification where user_id = '{alice.id}' and job_id = '{job}'"), "mention")
    equal([one["id"] for one in room.admin.get(f"/jobs/{job}/comments").body], [said["id"]])
    equal([one["id"] for one in room.admin.get(f"/comments?job_id={job}").body], [said["id"]])
    room.admin.post(f"/jobs/{job}/comments", {"content": ""}, expect=400)
    room.admin.post(f"/jobs/{room.admin.id}/comments", {"content": "x"}, expect=404)


@replays("JMS-57")
def a_comment_is_changed_by_who_wrote_it_alone(room):
    writer, other = room.person("member"), room.person("sales_agent")
    job = room.job(assigned_to_user_id=writer.id)["id"]
    comment = "/comments/" + writer.post(f"/jobs/{job}/comments", {"content": "mine"})["id"]
    equal(writer.put(comment, {"content": "still mine"})["content"], "still mine")
    for who in (other, room.admin):
        who.patch(comment, {"content": "not mine"}, expect=403)
    other.delete(comment, expect=403)
    room.admin.delete(comment)


@replays("JMS-45", "JMS-58", "JMS-69", "JMS-70", "JMS-47", "JMS-46", "JMS-81")
def time_is_logged_by_timer_and_by_hand(room):
    who = room.person("member")
    job = room.job(assigned_to_user_id=who.id)["id"]
    by_hand = who.post(f"/jobs/{job}/time-logs", {"start_time": "2024-01-15T08:00:00Z", "end_time": "2024-01-15T09:00:00Z"})
    equal((by_hand["duration_seconds"], by_hand["source"], by_hand["is_running"]), (3600, "manual", False))
    timer = who.post("/time-logs", {"job_id": job, "user_id": who.id, "start_time": "2024-01-16T14:00:00Z"})
    equal((timer["is_running"], timer["duration_seconds"]), (True, None))
    stopped = who.post(f"/time-logs/{timer['id']}/stop")
    equal((stopped["is_running"], stopped["needs_review"]), (False, True))
    assert stopped["duration_seconds"] > 3600
    equal(who.post(f"/time-logs/{timer['id']}/stop")["duration_seconds"], stopped["duration_seconds"], "stopping twice is once")
    again = who.post(f"/time-logs/{timer['id']}/start")
    assert again["is_running"] and again["id"] != timer["id"] and again["job_id"] == job
    equal(who.post(f"/time-logs/{again['id']}/start")["id"], again["id"], "starting what runs is nothing")
    equal(who.post(f"/time-logs/{again['id']}/stop")["needs_review"], False)
    equal({one["id"] for one in who.get(f"/jobs/{job}/time-logs").body}, {by_hand["id"], timer["id"], again["id"]})


@replays("JMS-09", "JMS-109")
def a_person_has_one_running_timer_and_may_switch(room):
    who = room.person("member")
    first, second = (room.job(assigned_to_user_id=who.id) for _ in range(2))
    timer = who.post("/time-logs", {"job_id": first["id"]})["id"]
    said = who.post("/time-logs", {"job_id": second["id"]}, expect=409)
    equal((said["details"]["time_log_id"], said["details"]["job"]), (timer, first["key"]))
    other = who.post("/time-logs?switch=true", {"job_id": second["id"]})
    equal((other["is_running"], who.get("/time-logs/" + timer)["is_running"]), (True, False))
    third = who.post(f"/time-logs/{timer}/start?switch=true")
    equal((third["job_id"], who.get("/time-logs/" + other["id"])["is_running"]), (first["id"], False))
    who.post(f"/time-logs/{third['id']}/stop")
    helper = room.person("member").id
    came = at_once(room, *[("POST", "/time-logs", {"job_id": one["id"], "user_id": helper}) for one in (first, second) * 3])
    equal(sorted(came), [201] + [409] * 5)


@replays("JMS-14")
def time_logs_do_not_overlap_but_a_timer_can_always_be_stopped(room):
    who = room.person("member")
    job = room.job(assigned_to_user_id=who.id)["id"]
    who.post("/time-logs", {"job_id": job, "start_time": "2024-03-01T08:00:00Z", "end_time": "2024-03-01T10:00:00Z"})
    said = who.post("/time-logs", {"job_id": job, "start_time": "2024-03-01T09:00:00Z", "end_time": "2024-03-01T11:00:00Z"}, expect=409)
    assert "start_time" in said["details"]["fields"]
    said = who.post("/time-logs", {"job_id": job, "start_time": "2024-03-01T12:00:00Z", "end_time": "2024-03-01T11:00:00Z"}, expect=422)
    assert "end_time" in said["details"]["fields"]
    timer = who.post("/time-logs", {"job_id": job, "start_time": "2024-03-01T07:00:00Z"})["id"]
    equal(who.post(f"/time-logs/{timer}/stop")["needs_review"], True)


@replays("JMS-57", "JMS-86")
def one_logs_time_for_oneself_unless_one_manages_it(room):
    who, other = room.person("member"), room.person("member")
    job = room.job(assigned_to_user_id=who.id)["id"]
    who.post("/time-logs", {"job_id": job, "user_id": other.id}, expect=403)
    log = who.post("/time-logs", {"job_id": job, "start_time": "2024-04-01T08:00:00Z", "end_time": "2024-04-01T10:00:00Z"})["id"]
    who.patch(f"/time-logs/{log}", {"user_id": other.id}, expect=403)
    other.get(f"/time-logs/{log}", expect=404)
    other.post(f"/time-logs/{log}/stop", expect=404)
    equal(who.patch(f"/time-logs/{log}", {"end_time": "2024-04-01T09:00:00Z"})["duration_seconds"], 3600)
    who.delete(f"/time-logs/{log}")
    other.post("/time-logs", {"job_id": job}, expect=404)


@replays("JMS-48", "JMS-49", "JMS-50", "JMS-58", "JMS-71", "JMS-72", "JMS-73")
def checklists_have_items_that_are_ticked_off_by_somebody(room):
    job = room.job()["id"]
    made = room.admin.post("/checklists", {"job_id": job, "title": "Deployment Checklist", "description": "Before production", "display_order": 1})
    equal((made["item_count"], made["completed_count"]), (0, 0))
    second = room.admin.post("/checklist-items", {"checklist_id": made["id"], "description": "Second", "display_order": 2, "is_completed": False})
    first = room.admin.post("/checklist-items", {"checklist_id": made["id"], "description": "First", "display_order": 1}).body
    equal([one["description"] for one in room.admin.get(f"/checklist-items?checklist_id={made['id']}").body], ["First", "Second"])
    done = room.admin.post(f"/checklist-items/{first['id']}/complete")
    equal((done["is_completed"], done["completed_by_user_id"]), (True, room.admin.id))
    equal(room.admin.post(f"/checklist-items/{first['id']}/complete")["completed_at"], done["completed_at"], "twice is once")
    equal(room.admin.get("/checklists/" + made["id"])["completed_count"], 1)
    equal([room.admin.post(f"/checklist-items/{first['id']}/reopen")[name] for name in ("is_completed", "completed_at", "completed_by_user_id")], [False, None, None])
    equal([one["id"] for one in room.admin.get(f"/checklists?job_id={job}").body], [made["id"]])
    room.admin.post("/checklists", {"job_id": room.admin.id, "title": "x"}, expect=404)
    room.admin.post("/checklist-items", {"checklist_id": room.admin.id, "description": "x"}, expect=404)
    room.admin.delete("/checklists/" + made["id"])
    room.admin.get("/checklist-items/" + second["id"], expect=404)
    equal(room.admin.post(f"/jobs/{job}/complete")["status_category"], "done", "a deleted list holds nothing up")


@replays("JMS-07", "JMS-14")
def the_lists_of_a_done_job_stay_as_they_are_until_it_is_opened_again(room):
    job = room.job(job_status_id=room.status("in_progress"))["id"]
    item = room.checklist(job, "Done")[0]
    room.admin.post(f"/checklist-items/{item['id']}/complete")
    room.admin.post(f"/jobs/{job}/complete")
    room.admin.post("/checklist-items", {"checklist_id": item["checklist_id"], "description": "late"}, expect=409)
    room.admin.post(f"/checklist-items/{item['id']}/reopen", expect=409)
    room.admin.patch(f"/checklist-items/{item['id']}", {"is_completed": False}, expect=409)
    room.admin.post(f"/jobs/{job}/status", {"job_status_id": room.status("in_progress")})
    room.admin.post(f"/checklist-items/{item['id']}/reopen")
    room.admin.post(f"/jobs/{job}/complete", expect=409)


@replays("JMS-57")
def parts_stay_with_their_job(room):
    job, other = room.job()["id"], room.job()["id"]
    item = room.checklist(job, "Here")[0]
    there = room.checklist(other, "There")[0]
    comment = room.admin.post(f"/jobs/{job}/comments", {"content": "here"})["id"]
    log = room.admin.post("/time-logs", {"job_id": job, "start_time": "2024-05-01T08:00:00Z", "end_time": "2024-05-01T09:00:00Z"})["id"]
    for path, body in ((f"/checklists/{item['checklist_id']}", {"job_id": other}), (f"/comments/{comment}", {"job_id": other}), (f"/time-logs/{log}", {"job_id": other}),
                       (f"/checklist-items/{item['id']}", {"checklist_id": there["checklist_id"]})):
        room.admin.patch(path, body, expect=409)
    same = room.admin.post("/checklists", {"job_id": job, "title": "Another"})["id"]
    equal(room.admin.patch(f"/checklist-items/{item['id']}", {"checklist_id": same})["checklist_id"], same)
    holds(room.admin.patch(f"/checklists/{same}", {"job_id": job, "title": "The other"}).body, "id")
