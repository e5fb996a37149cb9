"""The product as a whole: what it is made of, how it is set up, kept and watched."""
import json, re, subprocess

from kit import ORGANIZATION, PROGRAM, ROOT, equal, eventually, holds, replays

ENTITIES = {"department": "departments", "team": "teams", "team_member": None, "app_user": "users", "job_type": "job-types", "job_status": "job-statuses",
            "job_priority": "job-priorities", "tag": "tags", "job": "jobs", "job_tag": None, "comment": "comments", "audit_log": None, "time_log": "time-logs",
            "checklist": "checklists", "checklist_item": "checklist-items", "notification": None, "report": "reports"}


def read(*paths):
    return "\n".join((ROOT / path).read_text() for path in paths)


@replays("JMS-95", "JMS-96")
def one_command_makes_every_table_in_the_database_that_a_url_names(room):
    tables = set(room.sql("select tablename from pg_tables where schemaname = 'public'").split())
    equal(set(ENTITIES) - tables, set())
    room.program("migrate")   # twice is once


@replays("JMS-11")
def every_entity_has_a_uuid_for_a_key(room):
    wrong = room.sql("select table_name from information_schema.columns where table_schema = 'public' and column_name = 'id' and data_type <> 'uuid' and table_name in ('"
                     + "', '".join(set(ENTITIES) - {"audit_log"}) + "')")
    equal(wrong, "")
    equal(room.job()["id"][14], "7", "UUIDv7")
    room.admin.get("/jobs/1", expect=404)


@replays("JMS-13", "JMS-57", "JMS-58", "JMS-02")
def there_are_more_than_forty_endpoints_with_crud_of_each_entity(room):
    paths = room.nobody.get("/openapi.json")["paths"]
    assert sum(len(one) for one in paths.values()) >= 40, len(paths)
    for name in filter(None, ENTITIES.values()):
        expected = {"get", "delete"} if name == "reports" else {"get", "put", "patch", "delete"}
        equal(expected - set(paths[f"/api/v1/{name}/{{id}}"]), set(), name)
        assert "get" in paths[f"/api/v1/{name}"], name
        assert isinstance(room.admin.get(f"/{name}?limit=2").body, list)


@replays("JMS-12")
def requests_are_checked_against_their_fields_and_every_problem_is_told(room):
    said = room.admin.post("/jobs", {"titel": "x", "estimated_hours": "many", "due_date": 5}, expect=400).body
    equal(set(said), {"error", "message", "details", "request_id"})
    equal(set(said["details"]["fields"]), {"title", "titel", "estimated_hours", "due_date"})
    for body in (b"{", b"[]", b'{"title": "a", "title": "b"}', b'{"title": "\xff"}'):
        room.admin.call("POST", "/jobs", body, expect=400, headers={"Content-Type": "application/json"})
    room.admin.call("POST", "/jobs", b"title=x", expect=415, headers={"Content-Type": "application/x-www-form-urlencoded"})


@replays("JMS-19")
def the_port_is_8000_and_bare_paths_are_those_of_the_api(room):
    assert re.search(r"^  port: 8000", read("config/nightshift.yaml"), re.M)
    one = room.job()["id"]
    for path in (f"/jobs/{one}", f"/jobs/{one}/", f"/api/jobs/{one}/", f"/api/v1/jobs/{one}"):
        equal(room.admin.get(path)["id"], one)


@replays("JMS-23")
def the_description_of_the_api_is_openapi(room):
    api = room.nobody.get("/openapi.json").body
    assert api["openapi"].startswith("3.1"), api["openapi"]
    holds(api["paths"], "/api/v1/jobs", "/api/v1/jobs/{id}/details", "/api/v1/reports/generate")
    for path, methods in api["paths"].items():
        for method, one in methods.items():
            assert one.get("summary") and one.get("operationId"), (method, path)


@replays("JMS-04")
def the_seven_modules_are_folders_of_their_own(_):
    for folder in ("departments", "users", "job_configuration", "jobs", "reports"):
        assert list((ROOT / "api" / folder).glob("*.cpp")), folder
    for file in ("time_logs", "parts"):
        assert (ROOT / f"api/jobs/{file}.cpp").is_file()


@replays("JMS-24", "JMS-103")
def the_source_has_floors_and_roles_are_data(room):
    for floor in ("core", "queue", "domain", "workers", "api", "daemon"):
        assert (ROOT / floor).is_dir()
    made = room.admin.post("/roles", {"name": "inspector", "title": "Inspector", "permissions": ["job.view", "comment.create"]}).body
    who = room.person("inspector")
    job = room.job()["id"]
    who.get(f"/jobs/{job}")
    who.patch(f"/jobs/{job}", {"title": "x"}, expect=403)
    holds(made, "id")


@replays("JMS-16", "JMS-97")
def everything_is_in_postgresql_behind_a_pool(room):
    assert int(room.sql("show server_version_num")) >= 140000
    assert "pool" in read("docs/reference/configuration.md")
    assert "nightshift_pool" in room.admin.get("/metrics").raw.decode() or "pool" in room.admin.get("/metrics").raw.decode()


@replays("JMS-104", "JMS-105", "JMS-106", "JMS-110", "JMS-18")
def one_command_sets_up_and_one_runs_every_test_on_a_database_of_its_own(_):
    said = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, timeout=30).stdout
    assert "./dev up" in said and "./dev test" in said
    assert list((ROOT / "tests/unit").glob("*.cpp")) and list((ROOT / "tests/integration").glob("*.cpp"))
    assert "create database" in read("tests/kit/database.cpp")


@replays("JMS-130")
def the_log_is_structured(room):
    room.admin.get("/jobs?limit=1")
    lines = [line for line in (room.folder / "log").read_text().splitlines() if line]
    assert lines
    for line in lines:
        holds(json.loads(line), "level")


@replays("JMS-132")
def health_and_readiness_are_told_to_everybody(room):
    equal(room.nobody.get("/health")["status"], "ok")
    equal(room.nobody.get("/ready")["database"], "up")


@replays("JMS-137")
def it_can_be_watched_and_alerts_are_written_down(room):
    room.nobody.get("/metrics", expect=401)
    assert "# TYPE" in room.admin.get("/metrics").raw.decode()
    assert "expr" in read("docs/how-to/alerts.md")


@replays("JMS-138")
def what_is_declared_is_commented(_):
    for header in ("api/kit/resource.h", "api/kit/route.h", "queue/submit.h", "queue/kind.h", "core/pg/pg.h"):
        assert read(header).count("///") > 5 or read(header).count("//") > 10, header


@replays("JMS-139", "JMS-143")
def there_are_a_tutorial_and_pages_on_deploying(_):
    assert "./dev up" in read("docs/tutorial.md")
    for page in ("deploy-with-systemd", "run-without-rabbitmq", "upgrade", "add-a-resource"):
        assert (ROOT / f"docs/how-to/{page}.md").is_file(), page


@replays("JMS-140")
def the_rules_of_work_are_written_down_with_their_answers(_):
    page = read("docs/reference/rules.md")
    for said in ("open_checklist_items", "allowed", "needs_review", "time_log_id", "dry_run", "matrix of categories"):
        assert said in page, said


@replays("JMS-141")
def ci_is_one_command(_):
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


@replays("JMS-121", "JMS-126")
def a_report_on_much_is_a_run_with_progress(room):
    asked = room.admin.post("/reports/generate", {"name": "All", "report_type": "job_summary"}, expect=202)
    run = room.admin.get("/runs/" + asked["run_id"]).body
    equal(run["kind"], "report.generate")
    eventually(lambda: room.admin.get("/reports/" + asked["id"])["status"] == "ready")
    equal(room.admin.get("/reports/" + asked["id"])["sha256"].__len__(), 64)


@replays("JMS-135", "JMS-15")
def hot_paths_go_by_index(room):
    room.configured()

    job = room.job()["id"]
    filled = f"""insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, created_by_user_id, assigned_to_user_id, created_at)
                 select gen_random_uuid(), organization_id, 'PLAN-' || i, title, job_type_id, job_status_id, job_priority_id, created_by_user_id,
                        case when i % 50 = 0 then created_by_user_id end, created_at - i * interval '1 minute' from job, generate_series(1, 5000) i where id = '{job}';
                 analyze job;"""

    wanted = (
            ("job_by_creation", "select id from api.job where organization_id = '{1}' order by created_at desc, id desc limit 50"),
            ("job_assigned", "select id from job where organization_id = '{1}' and assigned_to_user_id = '{0}' and deleted_at is null order by created_at desc limit 50"),
            ("comment_of_job", "select id from comment where job_id = '{0}' and deleted_at is null order by created_at"),
            ("audit_of_subject", "select id from audit_log where organization_id = '{0}' and subject_id = '{0}' order by id desc limit 50"),
            ("checklist_item_open", "select id from checklist_item where job_id = '{0}' and not is_completed and deleted_at is null"))
    explained = "; ".join("explain " + query.format(room.admin.id, ORGANIZATION) for _, query in wanted)
    plans = room.sql(f"begin; {filled} {explained}; rollback").split("Limit")
    for index, _ in wanted:
        assert any(index in plan for plan in plans), (index, plans)


@replays("JMS-136")
def what_did_not_change_is_not_sent_again(room):
    path = "/jobs/" + room.job()["id"]
    tag = room.admin.get(path).headers["etag"]
    equal(room.admin.get(path, headers={"If-None-Match": tag}, expect=304).raw, b"")
    room.admin.patch(path, {"title": "Changed"})
    room.admin.get(path, headers={"If-None-Match": tag}, expect=200)


@replays("JMS-18")
def the_program_answers_for_itself(_):
    said = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=30).stdout
    for command in ("serve", "worker", "migrate", "check"):
        assert command in said
