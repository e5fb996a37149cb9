"""What goes over a WebSocket: notifications, who is here, who writes."""
from kit import Socket, equal, replays


def frames_of(caller, more=""):
    link = Socket(caller, f"/ws/notifications/{caller.id}{more}")
    equal(link.status, 101)
    link.hear("hello")
    return link


@replays("JMS-117")
def a_notification_comes_at_once_to_whom_it_is_for(room):
    who, other = room.person("technician"), room.person("technician")
    equal(Socket(other, f"/ws/notifications/{who.id}").status, 403)
    equal(Socket(room.nobody, f"/ws/notifications/{who.id}").status in (401, 101), True)   # 101: it may still say who it is
    with frames_of(who) as link:
        job = room.job(assigned_to_user_id=who.id, title="Come at once")
        told = link.hear("notification")["data"]
        equal((told["type"], told["job_id"]), ("job_assigned", job["id"]))
        equal(who.get("/notifications")[0]["id"], told["id"])


@replays("JMS-119")
def who_looks_at_a_job_is_told_to_who_looks_at_it_too(room):
    one, two = room.person("manager"), room.person("manager")
    job = room.job()["id"]
    with frames_of(one) as first:
        first.say({"type": "presence", "job_id": job})
        equal([user["user_id"] for user in first.hear("presence")["data"]["users"]], [one.id])
        with frames_of(two) as second:
            second.say({"type": "presence", "job_id": job})
            equal({user["user_id"] for user in second.hear("presence")["data"]["users"]}, {one.id, two.id})
            equal({user["user_id"] for user in first.hear("presence")["data"]["users"]}, {one.id, two.id})
        equal([user["user_id"] for user in first.hear("presence")["data"]["users"]], [one.id])


@replays("JMS-120")
def who_writes_a_comment_is_told_to_the_others(room):
    reader, writer = room.person("manager"), room.person("manager")
    job = room.job()["id"]
    with frames_of(reader) as first, frames_of(writer) as second:
        for link in (first, second):
            link.say({"type": "presence", "job_id": job})
            link.hear("presence")
        second.say({"type": "typing", "job_id": job})
        told = first.hear("typing")["data"]
        equal((told["job_id"], told["user_id"]), (job, writer.id))
