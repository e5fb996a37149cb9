"""Jobs: making, finding, giving, moving on, completing, and what happened to them."""
import threading

from kit import ANY, Caller, equal, holds, replays


def ids(answer):
    return {one["id"] for one in answer.body}


@replays("JMS-01", "JMS-35", "JMS-66")
def a_job_is_made_with_what_is_given_and_the_usual_for_the_rest(room):
    setting = room.configured()
    job = room.job(title="Fix the timeout", due_date="2024-01-20T17:00:00Z", estimated_hours=4.0)
    equal([job[name] for name in ("title", "status", "created_by_user_id", "is_overdue", "estimated_hours")], ["Fix the timeout", "open", room.admin.id, True, 4.0])
    equal(job["job_type_id"], room.admin.get("/job-types?order=created_at&class=job").body[0]["id"])
    other = room.job(job_type_id=setting["type"], job_status_id=room.status("in_progress"), job_priority_id=setting["priorities"][3])
    equal((other["priority"], bool(other["started_at"])), ("urgent", True))
    for body, field in (({}, "title"), ({"title": ""}, "title"), ({"title": "x", "estimated_hours": -1}, "estimated_hours"), ({"title": "x", "due_date": "tomorrow"}, "due_date"),
                        ({"title": "x", "key": "WEB-1"}, "key"), ({"title": "x", "assignee": "me"}, "assignee")):
        assert field in room.admin.post("/jobs", body, expect=400)["details"]["fields"], body
    for body, field in (({"title": "x", "job_type_id": room.admin.id}, "job_type_id"), ({"title": "x", "scheduled_start": "2024-01-01T00:00:00Z"}, "scheduled_start"),
                        ({"title": "x", "scheduled_start": "2090-01-02T00:00:00Z", "scheduled_end": "2090-01-01T00:00:00Z"}, "scheduled_end")):
        assert field in room.admin.post("/jobs", body, expect=422)["details"]["fields"], body
    room.the("member").post("/jobs", {"title": "x", "created_by_user_id": room.admin.id}, expect=403)


@replays("JMS-36", "JMS-58")
def jobs_are_listed_by_status_priority_assignee_department_team_and_dates(room):
    setting, who = room.configured(), room.person("member")
    department = room.department()["id"]
    team = room.admin.post("/teams", {"name": "Filter team", "department_id": department})["id"]
    one = room.job(assigned_to_user_id=who.id, department_id=department, team_id=team, job_status_id=room.status("blocked"),
                   job_priority_id=setting["priorities"][2], due_date="2031-05-05T12:00:00Z", description="needle in it")["id"]
    room.job(department_id=department, due_date="2032-05-05T12:00:00Z")
    here = f"/jobs?department_id={department}"
    for more in ("status=blocked", f"job_status_id={room.status('blocked')}", "status_category=blocked", "priority=high", f"job_priority_id={setting['priorities'][2]}",
                 f"assigned_to_user_id={who.id}", f"assignee={who.id}", f"team_id={team}", f"team={team}", "due_date_from=2031-05-05&due_date_to=2031-05-06", "q=needle", "search=NEEDLE", "query=needle",
                 "status=blocked,open&due_date_to=2031-12-31"):
        equal(ids(room.admin.get(f"{here}&{more}")), {one}, more)
    equal(len(ids(room.admin.get(f"/jobs?department={department}"))), 2)
    equal(len(ids(room.admin.get(f"{here}&creator=me&overdue=false&created_at_from=2024-01-01"))), 2)
    equal(ids(room.admin.get(f"{here}&created_at_to=2024-01-01")), set())
    equal(ids(room.admin.get(f"{here}&overdue=true")), set())
    equal(len(ids(room.admin.get(f"{here}&assignee=null"))), 1)
    equal(ids(who.get("/jobs?assignee=me")), {one})
    equal(ids(who.get("/jobs/my")), {one})
    equal([row["due_date"][:4] for row in room.admin.get(here + "&order=-due_date").body], ["2032", "2031"])
    for wrong in ("statsu=open", "assignee=somebody", "overdue=maybe", "due_date_from=soon", "limit=1000"):
        room.admin.get("/jobs?" + wrong, expect=400)


@replays("JMS-38", "JMS-39", "JMS-67")
def the_old_and_the_new_assignee_are_told_and_who_did_it_is_not(room):
    first, second = room.person("member"), room.person("member")
    job = room.job()["id"]

    def told(who):
        return room.sql(f"select coalesce(string_agg(type, ',' order by created_at), '') from notification where user_id = '{who.id}' and job_id = '{job}'")

    equal(room.admin.post(f"/jobs/{job}/assign", {"assigned_to_user_id": first.id})["assigned_to_user_id"], first.id)
    equal(told(first), "job_assigned")
    room.admin.post(f"/jobs/{job}/reassign", {"assigned_to_user_id": second.id})
    equal((told(first), told(second)), ("job_assigned,job_unassigned", "job_assigned"))
    room.admin.post(f"/jobs/{job}/reassign", {"assigned_to_user_id": second.id})   # no change, no word
    equal(told(second), "job_assigned")
    equal(room.admin.post(f"/jobs/{job}/assign", {"assigned_to_user_id": None})["assigned_to_user_id"], None)
    equal(told(second), "job_assigned,job_unassigned")
    equal(told(room.admin), "")
    room.admin.post(f"/jobs/{job}/assign", {"assigned_to_user_id": job}, expect=422)
    room.admin.post(f"/jobs/{job}/assign", {}, expect=400)


@replays("JMS-40", "JMS-84", "JMS-87")
def the_moves_of_a_job_are_those_of_the_matrix(room):
    slugs = ["open", "in_progress", "blocked", "pending_review", "completed", "cancelled"]
    legal = {"open": "in_progress completed cancelled", "in_progress": "open blocked pending_review completed cancelled", "blocked": "open in_progress cancelled",
             "pending_review": "in_progress completed cancelled", "completed": "open in_progress", "cancelled": "open"}
    for start in slugs:
        job = room.job(job_status_id=room.status(start))["id"]
        for to in slugs:
            if to != start and to not in legal[start].split():
                said = room.admin.post(f"/jobs/{job}/status", {"job_status_id": room.status(to)}, expect=409)
                assert set(legal[start].split()) <= {one["status"] for one in said["details"]["allowed"]}, (start, to, said.body)
        for to in legal[start].split():
            other = room.job(job_status_id=room.status(start))["id"]
            equal(room.admin.post(f"/jobs/{other}/status", {"job_status_id": room.status(to)})["status"], to)
        before = room.admin.get(f"/jobs/{job}")["version"]
        equal(room.admin.post(f"/jobs/{job}/status", {"job_status_id": room.status(start)})["version"], before, "staying is no move")


@replays("JMS-07", "JMS-14", "JMS-41", "JMS-85")
def no_way_into_a_done_status_leads_past_an_open_item(room):
    job = room.job(job_status_id=room.status("in_progress"))["id"]
    first, second = room.checklist(job, "Tests run", "Notes written")
    ways = [lambda expect: room.admin.post(f"/jobs/{job}/complete", expect=expect),
            lambda expect: room.admin.post(f"/jobs/{job}/status", {"job_status_id": room.status("completed")}, expect=expect),
            lambda expect: room.admin.patch(f"/jobs/{job}", {"job_status_id": room.status("completed")}, expect=expect),
            lambda expect: room.admin.put(f"/jobs/{job}", {"job_status_id": room.status("completed"), "title": "Sneaked"}, expect=expect)]
    for way in ways:
        equal({one["id"] for one in way(409)["details"]["open_checklist_items"]}, {first["id"], second["id"]})
    room.admin.post(f"/checklist-items/{first['id']}/complete")
    room.admin.post(f"/checklist-items/{second['id']}/complete")
    for way in ways:
        done = way(None)
        assert done["status_category"] == "done" and done["completed_at"]
        equal(room.admin.post(f"/jobs/{job}/status", {"job_status_id": room.status("in_progress")})["completed_at"], None)


@replays("JMS-86", "JMS-100")
def only_who_works_on_it_or_leads_it_completes_a_job(room):
    worker, boss = room.person("member"), room.person("manager")
    department = room.admin.post("/departments", {"name": f"Led by {boss.email}", "manager_user_id": boss.id})["id"]
    asker = room.person("member")
    job = room.job(by=asker)["id"]
    room.admin.patch(f"/jobs/{job}", {"assigned_to_user_id": worker.id, "department_id": department, "job_status_id": room.status("in_progress")})
    for who, expected in ((room.person("member"), 404), (room.the("viewer"), 403), (room.person("sales_agent"), 403), (room.person("manager"), 403)):
        who.post(f"/jobs/{job}/complete", expect=expected)
    worker.post(f"/jobs/{job}/complete")
    worker.post(f"/jobs/{job}/status", {"job_status_id": room.status("in_progress")})
    boss.post(f"/jobs/{job}/complete")


@replays("JMS-06", "JMS-44", "JMS-80")
def the_history_tells_every_change_with_who_what_and_why(room):
    job = room.job(title="Before")["id"]
    room.admin.patch(f"/jobs/{job}", {"title": "After"})
    room.admin.post(f"/jobs/{job}/status", {"job_status_id": room.status("in_progress"), "reason": "parts came"})
    room.admin.post(f"/jobs/{job}/comments", {"content": "hello"})
    history = room.admin.get(f"/jobs/{job}/history").body
    equal([(one["subject"], one["action"]) for one in history], [("comment", "created"), ("job", "updated"), ("job", "updated"), ("job", "created")])
    equal((history[1]["reason"], history[1]["changed"]["job_status_id"]), ("parts came", [room.status("open"), room.status("in_progress")]))
    equal((history[2]["changed"], history[2]["actor_name"]), ({"title": ["Before", "After"]}, "Root"))
    equal([one["seq"] for one in room.admin.get(f"/jobs/{job}/details")["history"]], [one["seq"] for one in history])
    room.admin.post(f"/jobs/{job}/complete", {"reason": "all is well"})
    equal(room.admin.get(f"/jobs/{job}/history?limit=1").body[0]["reason"], "all is well")


@replays("JMS-15", "JMS-37", "JMS-74", "JMS-75", "JMS-76", "JMS-77", "JMS-78", "JMS-80", "JMS-81", "JMS-82", "JMS-83")
def the_details_hold_everything_about_a_job(room):
    worker = room.person("member")
    department = room.department()
    team = room.admin.post("/teams", {"name": f"Team of {worker.email}", "department_id": department["id"]}).body
    job = room.job(assigned_to_user_id=worker.id, department_id=department["id"], team_id=team["id"])
    path = f"/jobs/{job['id']}"
    worker.post(path + "/comments", {"content": "On it"})
    item = room.checklist(job["id"], "Look twice")[0]
    room.admin.patch("/checklist-items/" + item["id"], {"assigned_to_user_id": worker.id})
    log = worker.post("/time-logs", {"job_id": job["id"], "start_time": "2024-02-01T08:00:00Z", "end_time": "2024-02-01T09:30:00Z"})
    details = room.admin.get(path + "/details").body
    equal(details["job"]["id"], job["id"])
    for name, field in (("job_type", "job_type_id"), ("job_status", "job_status_id"), ("job_priority", "job_priority_id"), ("department", "department_id"), ("team", "team_id"),
                        ("created_by", "created_by_user_id"), ("assigned_to", "assigned_to_user_id")):
        equal(details[name]["id"], job[field], name)
        holds(details[name], "name")
    equal((details["assigned_to"]["email"], details["job_status"]["category"], details["job_priority"]["level"]), (worker.email, "open", 2))
    equal((details["comments"][0]["content"], details["comments"][0]["user"]["id"]), ("On it", worker.id))
    equal((details["time_logs"][0]["id"], details["time_logs"][0]["duration_seconds"], details["time_logs"][0]["user"]["id"]), (log["id"], 5400, worker.id))
    equal(details["checklists"][0]["items"][0]["assigned_to"]["id"], worker.id)
    holds(details, "attachments", "history", "tags")
    equal(details["job"]["actual_hours"], 1.5)
    room.person("member").get(path + "/details", expect=404)


@replays("JMS-57")
def jobs_are_changed_by_put_and_patch_alike_and_deleted_once(room):
    job = room.job(description="x", due_date="2030-01-01T00:00:00Z")
    path = "/jobs/" + job["id"]
    equal(room.admin.put(path, {"description": None})["title"], job["title"])
    equal(room.admin.patch(path, {"due_date": None})["due_date"], None)
    room.admin.put(path, {"title": None}, expect=400)
    room.admin.put(path, {"titel": "x"}, expect=400)
    room.admin.put(path, {"title": "x"}, headers={"If-Match": '"1"'}, expect=409)
    room.person("member").delete(path, expect=403)
    comment = room.admin.post(path + "/comments", {"content": "soon gone"})["id"]
    item = room.checklist(job["id"], "soon gone")[0]["id"]
    timer = room.admin.post("/time-logs", {"job_id": job["id"], "user_id": room.the("technician").id})["id"]
    room.admin.delete(path)
    for gone in (path, path + "/details", path + "/history", "/comments/" + comment, "/checklist-items/" + item, "/time-logs/" + timer):
        room.admin.get(gone, expect=404)
    room.admin.delete(path, expect=404)
    equal(room.sql(f"select end_time is not null from time_log where id = '{timer}'"), "t", "its timers end with it")
    equal(room.sql(f"select count(*) from audit_log where subject_id = '{job['id']}' and action = 'deleted'"), "1")


def at_once(room, *calls):
    """The statuses of calls made at the same moment, in order."""
    came = [0] * len(calls)

    def make(index, method, path, body, headers=None):
        came[index] = Caller(room.port, room.admin.token).call(method, path, body, expect=ANY, headers=headers).status

    threads = [threading.Thread(target=make, args=(index, *call)) for index, call in enumerate(calls)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return came


@replays("JMS-109")
def of_changes_at_once_none_is_lost(room):
    job = room.job()["id"]
    came = at_once(room, *[("PATCH", f"/jobs/{job}", {"description": str(number)}, {"If-Match": '"1"'}) for number in range(8)])
    equal(sorted(came), [200] + [409] * 7)
    equal(room.admin.get(f"/jobs/{job}")["version"], 2)


@replays("JMS-109")
def a_completion_and_a_new_item_at_the_same_moment_never_both_win(room):
    for _ in range(6):
        job = room.job(job_status_id=room.status("in_progress"))["id"]
        checklist = room.admin.post("/checklists", {"job_id": job, "title": "Late"})["id"]
        came = at_once(room, ("POST", f"/jobs/{job}/complete", {}), ("POST", "/checklist-items", {"checklist_id": checklist, "description": "late"}))
        assert came in ([200, 409], [409, 201]), came
