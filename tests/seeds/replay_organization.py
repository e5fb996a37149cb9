"""Departments, teams, people."""
from kit import equal, holds, replays


@replays("JMS-25", "JMS-26", "JMS-60")
def departments_are_made_and_listed(room):
    made = room.admin.post("/departments", {"name": "Paint shop", "description": "Colours"}).body
    holds(made, "id", "name", "description", "created_at", "updated_at")
    assert made in room.admin.get("/departments?limit=200").body


@replays("JMS-27", "JMS-61")
def teams_are_made_in_a_department(room):
    department = room.department()
    team = room.admin.post("/teams", {"department_id": department["id"], "name": "Night shift", "description": "22 to 6"}).body
    equal((team["department_id"], team["department_name"]), (department["id"], department["name"]))
    room.admin.post("/teams", {"department_id": room.admin.id, "name": "Lost"}, expect=422)
    assert [team["id"]] == [one["id"] for one in room.admin.get(f"/teams?department_id={department['id']}").body]


@replays("JMS-29", "JMS-62", "JMS-99")
def people_get_accounts_whose_passwords_are_hashed_with_bcrypt_and_never_shown(room):
    department = room.department()
    made = room.admin.post("/users", {"email": "Bob.Builder@company.com", "password": "SecurePass123!", "first_name": "Bob", "last_name": "Builder",
                                      "role": "manager", "department_id": department["id"], "phone": "+1-555-0123"})
    equal([made[name] for name in ("name", "role", "department_id", "phone", "is_active")], ["Bob Builder", "manager", department["id"], "+1-555-0123", True])
    for answer in (made, room.admin.get("/users/" + made["id"]), room.admin.get("/users")):
        assert b"SecurePass" not in answer.raw and b"$2b$" not in answer.raw and b"password" not in answer.raw
    assert room.sql(f"select password_hash from app_user where id = '{made['id']}'").startswith("$2b$")
    room.admin.post("/users", {"email": "bob.builder@COMPANY.com", "password": "SecurePass123!"}, expect=409)


@replays("JMS-30")
def a_person_is_shown_with_department_and_teams(room):
    boss, who = room.person("manager"), room.person("technician", phone="+1-555-0199")
    department = room.admin.post("/departments", {"name": "Hull", "description": "Steel", "manager_user_id": boss.id})["id"]
    room.admin.patch(f"/users/{who.id}", {"department_id": department})
    rig = room.admin.post("/teams", {"name": "Welders", "department_id": department})["id"]
    room.admin.post(f"/teams/{rig}/members", {"user_id": who.id, "role_in_team": "welder"})
    dive = room.admin.post("/teams", {"name": "Dive", "lead_user_id": who.id})["id"]
    for caller in (room.admin, boss, who):
        shown = caller.get(f"/users/{who.id}/details")
        equal((shown["email"], shown["role"], shown["phone"], shown["department_id"]), (who.email, "technician", "+1-555-0199", department))
        equal(shown["department"], {"id": department, "name": "Hull", "description": "Steel", "manager": {"id": boss.id, "name": room.admin.get(f"/users/{boss.id}")["name"]}})
        equal([(one["id"], one["role_in_team"], one["leads"]) for one in shown["teams"]], [(dive, None, True), (rig, "welder", False)])
        assert b"password" not in shown.raw
    room.person("member").get(f"/users/{who.id}/details", expect=404)
    equal(room.person("viewer").get("/users/me")["role"], "viewer")
    room.admin.get(f"/users/{rig}/details", expect=404)


@replays("JMS-31")
def the_jobs_of_a_person_are_those_assigned_to_them(room):
    member = room.person("member")
    mine = room.job(assigned_to_user_id=member.id, title="Mine")
    room.job(title="Nobody's")
    equal([one["id"] for one in room.admin.get(f"/users/{member.id}/jobs").body], [mine["id"]])
    equal([one["id"] for one in member.get(f"/users/{member.id}/jobs").body], [mine["id"]])
    equal(room.admin.get(f"/users/{member.id}/jobs?status=completed").body, [])
    room.person("member").get(f"/users/{member.id}/jobs", expect=404)
    room.admin.get(f"/users/{mine['id']}/jobs", expect=404)


@replays("JMS-03", "JMS-86", "JMS-100", "JMS-102", "JMS-107")
def the_four_roles_may_what_they_may(room):
    equal({one["name"] for one in room.admin.get("/roles").body} >= {"admin", "manager", "member", "viewer"}, True)
    manager, member, viewer = room.person("manager"), room.person("member"), room.person("viewer")
    for given, meant in (("Administrator", "admin"), ("Team Member", "member"), ("Manager", "manager"), ("Viewer", "viewer")):
        who = room.person(given)
        equal(room.admin.get(f"/users/{who.id}")["role"], meant)
    job = room.job(assigned_to_user_id=member.id)
    own = f"/jobs/{job['id']}"
    for who, expected in ((manager, 403), (member, 403), (viewer, 403), (room.nobody, 401)):
        who.post("/departments", {"name": "Not mine to make"}, expect=expected)
    viewer.get(own)
    viewer.post(own + "/complete", expect=403)
    viewer.post(own + "/comments", {"content": "no"}, expect=403)
    member.post(own + "/assign", {"assigned_to_user_id": manager.id}, expect=403)
    member.delete(own, expect=403)
    room.person("member").get(own, expect=404)
    room.nobody.get(own, expect=401)
    member.post(own + "/status", {"job_status_id": room.status("in_progress")})


@replays("JMS-98", "JMS-101")
def people_sign_in_by_jwt_and_refresh_it(room):
    person = room.person("member")
    tokens = room.nobody.post("/auth/login", {"email": person.email, "password": "correct horse battery"})
    equal((tokens["token_type"], tokens["access_token"].count(".")), ("bearer", 2))
    again = room.nobody.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    person.token = again["access_token"]
    equal(person.get("/auth/me")["email"], person.email)
    header, payload, signature = again["access_token"].split(".")
    person.token = f"{header}.{payload}.{signature[:-4]}AAAA"
    person.get("/auth/me", expect=401)
    room.nobody.post("/auth/login", {"email": person.email, "password": "wrong horse battery"}, expect=401)


@replays("JMS-57")
def who_is_switched_off_gets_no_work_and_no_door(room):
    person = room.person("member")
    room.admin.patch(f"/users/{person.id}", {"is_active": False})
    person.get("/jobs", expect=401)
    room.nobody.post("/auth/login", {"email": person.email, "password": "correct horse battery"}, expect=401)
    job = room.job()
    for path in ("assign", "reassign"):
        said = room.admin.post(f"/jobs/{job['id']}/{path}", {"assigned_to_user_id": person.id}, expect=422)
        assert "assigned_to_user_id" in said["details"]["fields"], said.body
    room.admin.patch(f"/jobs/{job['id']}", {"assigned_to_user_id": person.id}, expect=422)
    room.admin.post("/jobs", {"title": "x", "assigned_to_user_id": person.id}, expect=422)


@replays("JMS-57")
def a_deleted_person_leaves_open_work_to_be_given_away_and_their_name_in_what_is_done(room):
    boss, leaver = room.person("manager"), room.person("member")
    department = room.admin.post("/departments", {"name": "Leavers", "manager_user_id": boss.id})["id"]
    still = room.job(assigned_to_user_id=leaver.id, department_id=department)["id"]
    over = room.job(assigned_to_user_id=leaver.id, job_status_id=room.status("completed"))["id"]
    timer = leaver.post("/time-logs", {"job_id": still})["id"]
    room.admin.delete(f"/users/{leaver.id}")
    leaver.get("/jobs", expect=401)
    room.admin.get(f"/users/{leaver.id}", expect=404)
    equal(room.admin.get(f"/jobs/{still}")["assigned_to_user_id"], None)
    done = room.admin.get(f"/jobs/{over}")
    equal((done["assigned_to_user_id"], done["assigned_to_name"]), (leaver.id, "Member No " + leaver.email.split(".")[1].split("@")[0]))
    equal(room.admin.get(f"/time-logs/{timer}")["is_running"], False)
    equal(room.sql(f"select count(*) from notification where user_id = '{boss.id}' and type = 'work_unassigned' and job_id = '{still}'"), "1")
