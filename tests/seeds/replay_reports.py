"""Notifications, reports, the dashboard."""
import datetime

from kit import equal, eventually, holds, replays


@replays("JMS-54", "JMS-55", "JMS-88", "JMS-121", "JMS-126", "JMS-124")
def reports_are_generated_in_the_background_in_every_format(room):
    room.job()
    for kind, magic in (("PDF", b"%PDF"), ("csv", b"\xef\xbb\xbf"), ("Xlsx", b"PK"), ("JSON", b"["), ("html", b"<!doctype html>")):
        asked = room.admin.post("/reports/generate", {"name": f"Team, as {kind}", "report_type": "team_performance", "generated_by_user_id": room.admin.id, "export_format": kind,
                                                      "parameters": {"start_date": "2024-01-01", "end_date": "2099-12-31"}}, expect=202)
        path = "/reports/" + asked["id"]
        eventually(lambda: room.admin.get(path)["status"] in ("ready", "failed"))
        equal(room.admin.get(path)["status"], "ready")
        assert room.admin.get(path + "/download").raw.startswith(magic), (kind, room.admin.get(path + "/download").raw[:20])
        assert asked["id"] in [one["id"] for one in room.admin.get("/reports").body]
    equal(room.sql(f"select kind || ' ' || state from run_archive where id = (select run_id from report where id = '{asked['id']}')"), "report.generate succeeded")
    for body, field in (({"name": "x", "report_type": "team_perfomance"}, "report_type"), ({"report_type": "job_summary"}, "name"),
                        ({"name": "x", "report_type": "job_summary", "export_format": "DOC"}, "export_format")):
        assert field in room.admin.post("/reports/generate", body, expect=400)["details"]["fields"]
    room.admin.post("/reports/generate", {"name": "x", "report_type": "job_summary", "parameters": {"departmnt": "x"}}, expect=400)
    room.the("viewer").post("/reports/generate", {"name": "x", "report_type": "job_summary"}, expect=403)


@replays("JMS-10", "JMS-124")
def every_type_of_report_is_made_with_its_own_parameters_and_a_chart(room):
    room.job()
    types = room.admin.get("/reports/types").body
    assert len(types) >= 10, types
    for one in types:
        assert one["chart"] and one["columns"] and one["is_allowed"], one
        asked = room.admin.post("/reports/generate", {"name": one["title"], "report_type": one["report_type"], "export_format": "HTML"}, expect=202)
        eventually(lambda: room.admin.get("/reports/" + asked["id"])["status"] in ("ready", "failed"))
        page = room.admin.get(f"/reports/{asked['id']}/download").raw.decode()
        rows = room.admin.get("/reports/" + asked["id"])["rows"]   # no service level was promised yet: nothing to draw
        assert ("<svg" in page or not rows) and page.rstrip().endswith("</html>"), (one["report_type"], page[:300])
    room.admin.post("/reports/generate", {"name": "x", "report_type": "overdue", "parameters": {"start_date": "2024-01-01"}}, expect=400)
    room.admin.post("/reports/generate", {"name": "x", "report_type": "equipment_usage"}, expect=400)


@replays("JMS-10", "JMS-123")
def people_put_reports_together_themselves(room):
    department = room.department()["id"]
    for hours in (1, 4):
        room.job(department_id=department, estimated_hours=hours)
    room.job(estimated_hours=7)
    name = room.admin.get(f"/departments/{department}")["name"]
    one = room.admin.post("/report-definitions", {"name": "Hours", "source": "job_summary", "columns": ["estimated_hours"], "filters": {"department": name}, "groups": ["department"],
                                                  "chart": {"by": "status", "value": "estimated_hours"}, "export_format": "JSON", "is_shared": True}, expect=201)
    holds(one.body, "id", "source", "columns", "filters", "groups", "chart", "owner_user_id")

    def rows(path, body=None):
        asked = room.admin.post(path, body, expect=202)
        eventually(lambda: room.admin.get("/reports/" + asked["id"])["status"] in ("ready", "failed"))
        return room.admin.get(f"/reports/{asked['id']}/download")
    equal(rows(f"/report-definitions/{one['id']}/run").body, [{"department": name, "count": 2, "estimated_hours": 5}])
    page = rows(f"/report-definitions/{one['id']}/run", {"export_format": "html"}).raw.decode()
    assert "<svg" in page and "Hours by Status" in page, page[:300]
    room.admin.call("PATCH", "/report-definitions/" + one["id"], {"groups": [], "columns": ["estimated_hours"]})
    equal(sorted(row["estimated_hours"] for row in rows(f"/report-definitions/{one['id']}/run").body), [1, 4])
    assert "columns" in room.admin.post("/report-definitions", {"name": "x", "source": "job_summary", "columns": ["nothing"]}, expect=400)["details"]["fields"]
    member = room.person("member")
    equal(member.get("/report-definitions/" + one["id"])["name"], "Hours")
    member.post(f"/report-definitions/{one['id']}/run", expect=202)
    member.call("PATCH", "/report-definitions/" + one["id"], {"name": "x"}, expect=403)
    room.admin.post("/report-subscriptions", {"name": "Hours of the week", "definition_id": one["id"], "cron": "0 7 * * MON"}, expect=201)


@replays("JMS-10", "JMS-55")
def a_team_performance_report_counts_each_persons_work(room):
    department = room.department()["id"]
    who = room.person("member", department_id=department)
    first, second = (room.job(assigned_to_user_id=who.id, department_id=department, due_date="2024-01-01T00:00:00Z") for _ in range(2))
    who.post("/time-logs", {"job_id": first["id"], "start_time": "2024-06-01T08:00:00Z", "end_time": "2024-06-01T10:00:00Z"})
    room.admin.post(f"/jobs/{first['id']}/complete")
    asked = room.admin.post("/reports/generate", {"name": "Team", "report_type": "team_performance", "export_format": "json", "parameters": {"department_id": department}})
    eventually(lambda: room.admin.get("/reports/" + asked["id"])["status"] in ("ready", "failed"))
    rows = room.admin.get(f"/reports/{asked['id']}/download").body
    equal(len(rows), 1, rows)
    equal({name: rows[0][name] for name in ("person", "assigned", "completed", "on_time", "overdue", "hours")},
          {"person": who.get("/auth/me")["name"], "assigned": 2, "completed": 1, "on_time": 0, "overdue": 1, "hours": 2})


def tomorrow(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).isoformat(timespec="seconds")


@replays("JMS-56", "JMS-89", "JMS-90", "JMS-91", "JMS-92", "JMS-93")
def the_dashboard_of_a_person_is_about_their_work(room):
    who = room.person("member")
    late = room.job(assigned_to_user_id=who.id, due_date="2024-01-01T00:00:00Z", title="Late")
    soon = room.job(by=who, due_date=tomorrow(5), title="Soon")
    room.job(assigned_to_user_id=who.id, due_date=tomorrow(48), job_status_id=room.status("in_progress"))
    room.job(assigned_to_user_id=who.id, due_date="2024-01-01T00:00:00Z", job_status_id=room.status("completed"))
    room.job(assigned_to_user_id=who.id, due_date="2024-01-01T00:00:00Z", job_status_id=room.status("cancelled"))
    who.post(f"/jobs/{late['id']}/comments", {"content": "nearly"})
    for board in (who.get("/dashboard").body, who.get(f"/dashboard?user_id={who.id}").body, room.admin.get(f"/dashboard?user_id={who.id}").body):
        equal(board["job_counts_by_status"], {"open": 2, "in_progress": 1, "completed": 1, "cancelled": 1})
        equal(([one["id"] for one in board["overdue_jobs"]], board["overdue_count"]), ([late["id"]], 1))
        equal(([one["id"] for one in board["due_within_24h"]], board["due_within_24h_count"]), ([soon["id"]], 1))
        equal(board["assigned_summary"] | {"by_priority": 0}, {"total": 4, "open": 2, "overdue": 1, "due_within_24h": 0, "completed": 1, "by_priority": 0})
        # first, unless the sweep has just seen that the job is late
        recent = [(one["subject"], one["action"], one["job_id"]) for one in board["recent_activity"][:2]]
        assert ("comment", "created", late["id"]) in recent, recent
        equal((board["total_jobs"], board["open_jobs"], board["my_jobs"]), (5, 3, 2))
    room.person("member").get(f"/dashboard?user_id={who.id}", expect=403)
    room.admin.get(f"/dashboard?user_id={late['id']}", expect=404)
    room.admin.get("/dashboard?user_id=me")
    room.admin.get("/dashboard?user_id=x", expect=400)


@replays("JMS-94")
def managers_see_how_their_teams_do_and_others_do_not(room):
    boss = room.person("manager")
    department = room.admin.post("/departments", {"name": f"Of {boss.email}", "manager_user_id": boss.id})["id"]
    who = room.person("member", department_id=department)
    job = room.job(assigned_to_user_id=who.id, department_id=department, due_date=tomorrow(5))
    room.admin.post(f"/jobs/{job['id']}/complete")
    team = boss.get("/dashboard")["team_performance"]
    row = next(one for one in team if one["user_id"] == who.id)
    equal({name: row[name] for name in ("assigned", "completed", "on_time", "overdue")}, {"assigned": 1, "completed": 1, "on_time": 1, "overdue": 0})
    stranger = room.person("member")
    room.job(assigned_to_user_id=stranger.id)
    assert stranger.id not in [one["user_id"] for one in boss.get("/dashboard")["team_performance"]]
    assert stranger.id in [one["user_id"] for one in room.admin.get("/dashboard")["team_performance"]]
    equal(who.get("/dashboard")["team_performance"], None)
    holds(who.get("/dashboard").body, "unread_notifications")
