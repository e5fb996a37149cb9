"""Files of jobs, team members, notifications, live events, and what browsers are told."""
import http.client, json, re, socket

from kit import ANY, equal, holds, replays

PNG = b"\x89PNG\r\n\x1a\n and more"


def send(room, job, body, name, who=None, expect=201):
    return (who or room.admin).post(f"/jobs/{job}/attachments?filename={name}", body, expect, {"Content-Type": "application/octet-stream"})


@replays("JMS-17", "JMS-43", "JMS-79")
def files_are_uploaded_as_a_form_and_shown_with_who_sent_them(room):
    job = room.job()["id"]
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="pump.png"\r\nContent-Type: image/png\r\n\r\n' + PNG + b"\r\n--b--\r\n"
    made = room.admin.post(f"/jobs/{job}/attachments", form, 201, {"Content-Type": "multipart/form-data; boundary=b"})
    equal((made["filename"], made["content_type"], made["size"]), ("pump.png", "image/png", len(PNG)))
    equal(room.admin.get(f"/attachments/{made['id']}/download").raw, PNG)
    shown = room.admin.get(f"/jobs/{job}/details")["attachments"]
    equal([(one["id"], one["uploaded_by"]["email"]) for one in shown], [(made["id"], "root@example.org")])


@replays("JMS-112")
def files_are_typed_by_what_they_hold(room):
    job = room.job()["id"]
    send(room, job, b"MZ\x90\0\3 a program", "report.pdf", expect=415)
    equal(send(room, job, b"plain words", "words.png")["content_type"].split(";")[0], "text/plain")


@replays("JMS-114", "JMS-115")
def a_file_has_ten_megabytes_and_all_of_a_job_fifty(room):
    job, most = room.job()["id"], 10 * 1024 * 1024
    send(room, job, b"x" * (most + 1), "large.txt", expect=413)
    for number in range(5):
        send(room, job, b"x" * most, f"{number}.txt")
    send(room, job, b"one more", "more.txt", expect=413)
    send(room, room.job()["id"], b"one more", "more.txt")


@replays("JMS-116")
def a_signed_address_gives_the_file_without_a_token(room):
    one = send(room, room.job()["id"], b"plain words", "words.txt")["id"]
    url = room.admin.get(f"/attachments/{one}/download-url")["url"]
    path = re.sub(r"^https?://[^/]*", "", url)
    equal(room.nobody.get(path).raw, b"plain words")
    room.nobody.get(re.sub(r"signature=.", "signature=_", path), expect=403)
    room.nobody.get(f"/attachments/{one}/download", expect=401)


@replays("JMS-127")
def files_that_nobody_names_are_swept(room):
    one = send(room, room.job()["id"], b"to be swept", "old.txt")["id"]
    room.sql(f"delete from attachment where id = '{one}'")
    run = room.admin.post("/runs", {"kind": "attachment.cleanup", "args": {"older_than": "0s"}}, headers={"Prefer": "wait=20"})
    assert run["state"] == "succeeded" and run["result"]["removed"] >= 1, run.body


@replays("JMS-28")
def a_team_is_shown_with_its_members(room):
    lead, member = room.person("manager"), room.person("member")
    team = room.admin.post("/teams", {"name": "Rig", "department_id": room.department()["id"], "lead_user_id": lead.id})["id"]
    room.admin.post(f"/teams/{team}/members", {"user_id": member.id, "role_in_team": "welder"})
    shown = room.admin.get(f"/teams/{team}/details")
    equal([(one["user_id"], one["role_in_team"]) for one in shown["members"]], [(member.id, "welder")])
    equal((shown["lead"]["id"], shown["name"]), (lead.id, "Rig"))
    holds(shown["department"], "id", "name")


@replays("JMS-51", "JMS-52", "JMS-53")
def notifications_are_listed_and_marked_as_read(room):
    who = room.person("member")
    for _ in range(3):
        room.job(assigned_to_user_id=who.id)
    told = who.get("/notifications").body
    equal([(one["type"], one["is_read"]) for one in told], [("job_assigned", False)] * 3)
    equal(who.post(f"/notifications/{told[0]['id']}/read")["is_read"], True)
    equal((who.get("/notifications/unread-count")["unread"], who.post("/notifications/mark-all-read")["marked"]), (2, 2))
    equal(who.get("/notifications?unread=true").body, [])
    room.person("member").post(f"/notifications/{told[0]['id']}/read", expect=404)


@replays("JMS-118")
def a_change_of_status_comes_at_once(room):
    who = room.person("member")
    job = room.job(assigned_to_user_id=who.id)["id"]
    link = http.client.HTTPConnection("127.0.0.1", room.port, timeout=20)
    link.request("GET", f"/api/v1/events?job_id={job}", headers={"Authorization": f"Bearer {who.token}"})
    stream = link.getresponse()
    try:
        frames = (json.loads(line[5:]) for line in iter(stream.readline, b"") if line.startswith(b"data:"))
        equal(next(frames)["type"], "hello")
        who.post(f"/jobs/{job}/status", {"job_status_id": room.status("in_progress")})
        frame = next(one for one in frames if one["type"] == "job_status_changed")
        equal((frame["data"]["job_id"], frame["actor"]), (job, f"user:{who.id}"))
    finally:
        link.sock and link.sock.shutdown(socket.SHUT_RDWR)
        stream.close()
        link.close()


@replays("JMS-20", "JMS-21")
def the_pages_of_the_api_are_served(room):
    for path in ("/docs", "/redoc"):
        page = room.nobody.get(path)
        assert page.headers["content-type"].startswith("text/html") and b"/openapi.json" in page.raw, path


@replays("JMS-133")
def the_frontend_may_ask_and_others_may_not(room):
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = room.nobody.call("OPTIONS", "/api/v1/jobs", headers=ask | {"Origin": "https://app.example.org"})
    equal(allowed.headers["access-control-allow-origin"], "https://app.example.org")
    other = room.nobody.call("OPTIONS", "/api/v1/jobs", headers=ask | {"Origin": "https://other.example.org"}, expect=ANY)
    assert "access-control-allow-origin" not in other.headers, other.headers


@replays("JMS-134")
def who_asks_too_often_waits(room):
    who = room.person("viewer")
    holds(who.get("/auth/me").headers, "ratelimit", "ratelimit-policy")
    refused = next(one for one in (who.get("/auth/me", expect=ANY) for _ in range(5000)) if one.status == 429)
    assert int(refused.headers["retry-after"]) >= 1
    room.admin.get("/auth/me")
