"""Job types, statuses with their moves, priorities, tags."""
from kit import equal, holds, replays


@replays("JMS-32", "JMS-63")
def job_types_are_made(room):
    made = room.admin.post("/job-types", {"name": "Bug Fix", "description": "Fix defects in production code", "is_active": True})
    equal((made["is_active"], made["class"]), (True, "job"))
    room.admin.post("/job-types", {"name": "bug fix"}, expect=409)


@replays("JMS-33", "JMS-64")
def a_status_gets_the_category_its_name_suggests_and_it_can_be_changed(room):
    made = room.admin.post("/job-statuses", {"name": "Work in Progress", "description": "At it", "display_order": 20, "is_active": True})
    equal(made["category"], "in_progress")
    equal(room.admin.patch("/job-statuses/" + made["id"], {"category": "review"})["category"], "review")
    room.admin.delete("/job-statuses/" + made["id"])


@replays("JMS-34", "JMS-65")
def priorities_have_a_level_and_a_color(room):
    made = room.admin.post("/job-priorities", {"name": "Very high", "level": 30, "color": "#FF5733", "is_active": True})
    equal((made["level"], made["color"]), (30, "#FF5733"))
    room.admin.post("/job-priorities", {"name": "Odd", "level": 1, "color": "red"}, expect=400)
    room.admin.post("/job-priorities", {"name": "Odd"}, expect=400)


@replays("JMS-57")
def what_is_switched_off_is_not_taken_for_new_work_but_stays_where_it_is(room):
    kind = room.admin.post("/job-types", {"name": "Old kind"})["id"]
    job = room.job(job_type_id=kind)
    room.admin.patch("/job-types/" + kind, {"is_active": False})
    said = room.admin.post("/jobs", {"title": "x", "job_type_id": kind}, expect=422)
    assert "job_type_id" in said["details"]["fields"], said.body
    equal(room.admin.patch("/jobs/" + job["id"], {"title": "Still there", "job_type_id": kind})["title"], "Still there")


@replays("JMS-57")
def what_jobs_stand_on_is_not_deleted_under_them(room):
    job = room.job(job_type_id=room.admin.post("/job-types", {"name": "In use"})["id"], job_priority_id=room.admin.post("/job-priorities", {"name": "In use", "level": 9})["id"],
                   job_status_id=room.admin.post("/job-statuses", {"name": "In use", "category": "open"})["id"], department_id=room.department()["id"])
    in_use = {"/job-types/": "job_type_id", "/job-priorities/": "job_priority_id", "/job-statuses/": "job_status_id", "/departments/": "department_id"}
    for path, field in in_use.items():
        said = room.admin.delete(path + job[field], expect=409)
        equal(said["details"], {"jobs": 1} if path != "/departments/" else {"jobs": 1, "teams": 0, "people": 0})
    room.admin.delete("/jobs/" + job["id"])
    for path, field in in_use.items():
        room.admin.delete(path + job[field])
        room.admin.delete(path + job[field], expect=404)


@replays("JMS-57", "JMS-14")
def a_status_with_jobs_in_it_does_not_become_a_done_one_behind_their_back(room):
    status = room.admin.post("/job-statuses", {"name": "Nearly there", "category": "in_progress"})["id"]
    job = room.job(job_status_id=status)["id"]
    room.admin.patch("/job-statuses/" + status, {"category": "done"}, expect=409)
    room.admin.patch("/job-statuses/" + status, {"category": "review"})
    room.admin.delete("/jobs/" + job)
    equal(room.admin.patch("/job-statuses/" + status, {"category": "done", "is_active": False})["category"], "done")


@replays("JMS-05", "JMS-87")
def a_status_may_have_a_list_of_next_ones_and_then_only_these_are_legal(room):
    names = {name: room.admin.post("/job-statuses", {"name": f"Step {name}", "category": category, "display_order": 50})["id"]
             for name, category in (("one", "open"), ("two", "in_progress"), ("three", "review"), ("four", "done"))}
    path = f"/job-statuses/{names['one']}/moves"
    before = room.admin.get(path)
    equal(before["is_explicit"], False)
    assert names["two"] in [one["id"] for one in before["allowed"]] and names["three"] not in [one["id"] for one in before["allowed"]]
    equal([one["id"] for one in room.admin.put(path, {"to_status_ids": [names["three"]]})["allowed"]], [names["three"]])
    equal(room.admin.get(path)["is_explicit"], True)
    job = "/jobs/" + room.job(job_status_id=names["one"])["id"]
    said = room.admin.post(job + "/status", {"job_status_id": names["two"]}, expect=409)
    equal([one["id"] for one in said["details"]["allowed"]], [names["three"]])
    room.admin.post(job + "/complete", expect=409)
    room.admin.post(job + "/status", {"job_status_id": names["three"]})
    room.admin.put(f"/job-statuses/{names['three']}/moves", {"to_status_ids": [names["four"]]})
    equal(room.admin.post(job + "/complete")["job_status_id"], names["four"])
    room.admin.put(path, {"to_status_ids": [room.admin.id]}, expect=422)
    room.admin.put(path, {"to_status_ids": [names["one"]]}, expect=422)
    room.the("manager").put(path, {"to_status_ids": []}, expect=403)
    equal(room.admin.put(path, {"to_status_ids": []})["is_explicit"], False)
    room.admin.delete("/jobs/" + job.split("/")[2])
    for one in names.values():
        room.admin.delete("/job-statuses/" + one)


@replays("JMS-59", "JMS-82")
def tags_are_put_on_jobs_and_taken_off(room):
    tag = room.admin.post("/tags", {"name": "Urgent client", "color": "#112233"}).body
    equal(room.admin.put("/tags/" + tag["id"], {"name": "Big client"})["color"], "#112233")
    job = "/jobs/" + room.job(title="Tagged")["id"]
    room.admin.post(job + "/tags", {"tag_id": tag["id"]})
    room.admin.post(job + "/tags", {"tag_id": tag["id"]})   # twice is once
    room.admin.post(job + "/tags", {"tag_id": room.admin.id}, expect=422)
    equal([one["name"] for one in room.admin.get(job + "/tags").body], ["Big client"])
    equal([one["name"] for one in room.admin.get(job + "/details")["tags"]], ["Big client"])
    for value in (tag["id"], "Big client", "big client"):
        equal([one["title"] for one in room.admin.get("/jobs?tag=" + value).body], ["Tagged"], value)
    room.admin.delete(f"{job}/tags/{tag['id']}")
    room.admin.delete(f"{job}/tags/{tag['id']}", expect=404)
    room.admin.post(job + "/tags", {"tag_id": tag["id"]})
    room.admin.delete("/tags/" + tag["id"])
    equal(room.admin.get(job + "/details")["tags"], [])
    holds(room.admin.post("/tags", {"name": "big CLIENT"}).body, "id")
