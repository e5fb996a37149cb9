"""The example workflow as the seed prints it: its own curl lines, run by bash against bare paths, with the ids that came back for the
placeholders and a token beside them. What the lines take for granted (a pending-review status, a done status) is made between them."""
import json, re, subprocess

from kit import HERE, Room, equal, eventually, holds, replays

TEXT = (HERE / "job_management_system_workflow.md").read_text()
PRINTED_DEPARTMENT = "550e8400-e29b-41d4-a716-446655440001"


def steps():
    """The number of each step and its curl lines; a block may hold several."""
    for number, part in re.findall(r"^### (\d+)\. .*?$(.*?)(?=^### |\Z)", TEXT, re.M | re.S):
        for block in re.findall(r"```bash\n(.*?)```", part, re.S):
            for command in re.findall(r"^curl .*?(?=^\s*$|^# |\Z)", block, re.M | re.S):
                yield int(number), command.strip()


class Console:
    def __init__(self, room):
        self.room, self.known = room, {}

    def run(self, command):
        """What the command answers: the body, of a status that means it worked."""
        for written, true in {"http://localhost:8000": f"http://127.0.0.1:{self.room.port}", **self.known}.items():
            command = command.replace(written, true)
        assert not re.search(r"<[a-z-]+-id>|\{[a-z-]+-id\}", command), f"a placeholder is left in {command}"
        script = 'curl() { command curl -sS --globoff -w "\\n%{http_code}" -H "Authorization: Bearer $TOKEN" "$@"; }\n' + command
        done = subprocess.run(["bash", "-c", script], env={"PATH": "/usr/bin:/bin", "TOKEN": self.room.admin.token}, text=True, capture_output=True, timeout=30)
        body, _, status = done.stdout.rpartition("\n")
        assert status.startswith("2"), f"{command}\nanswered {status} {body}{done.stderr}"
        return json.loads(body)


@replays("JMS-05", "JMS-60", "JMS-61", "JMS-62", "JMS-63", "JMS-64", "JMS-65", "JMS-66", "JMS-67", "JMS-68", "JMS-69", "JMS-70", "JMS-71", "JMS-72",
         "JMS-73", "JMS-74", "JMS-84", "JMS-88", "JMS-108")
def the_fourteen_steps_of_the_seed_work_as_they_are_printed(_):
    with Room() as room:
        said = walk(room)
        equal(said[1][0]["name"], "Engineering")
        holds(said[1][0], "id", "name", "description", "created_at", "updated_at")
        equal(said[2][0]["department_id"], said[1][0]["id"])
        equal([said[3][0][name] for name in ("role", "first_name", "phone")], ["manager", "Alice", "+1-555-0123"])
        assert "SecurePass" not in json.dumps(said[3]) and "password" not in said[3][0]
        equal(said[4][1]["category"], "in_progress")
        equal((said[4][2]["level"], said[4][2]["color"]), (3, "#FF5733"))
        equal((said[5][0]["created_by_user_id"], said[5][0]["is_overdue"], said[5][0]["estimated_hours"]), (said[3][0]["id"], True, 4.0))
        equal(said[7][0]["mentioned_user_ids"], [said[3][0]["id"]])
        equal([said[8][0]["is_running"], said[8][1]["is_running"], said[8][1]["needs_review"]], [True, False, True])
        assert said[8][1]["duration_seconds"] > 0
        equal((said[9][2]["is_completed"], said[9][2]["completed_by_user_id"]), (True, room.admin.id))
        details = said[10][0]
        equal(len(details["comments"]), 1)
        equal(details["checklists"][0]["items"][0]["description"], "Run all unit tests")
        equal(said[11][0]["status_category"], "review")
        equal(said[12][0]["status_category"], "done")
        assert said[12][0]["completed_at"]
        report = said[13][0]
        ready = eventually(lambda: (lambda now: now if now["status"] in ("ready", "failed") else None)(room.admin.get("/reports/" + report["id"])))
        equal((ready["status"], ready["error"], ready["report_type"]), ("ready", None, "team_performance"))
        assert room.admin.get(f"/reports/{report['id']}/download").raw.startswith(b"%PDF")
        holds(said[14][0], "job_counts_by_status", "overdue_jobs", "due_within_24h", "recent_activity", "assigned_summary", "team_performance")


def walk(room):
    """Every step's answers, by number."""
    console, said = Console(room), {}
    for number, command in steps():
        if number == 6:
            console.known["<team-member-id>"] = room.person("member").id
        if number == 11:
            console.known["<pending-review-status-id>"] = room.admin.post("/job-statuses", {"name": "Pending Review", "display_order": 4})["id"]
            room.admin.post("/job-statuses", {"name": "Completed", "display_order": 5})
        answer = console.run(command)
        said.setdefault(number, []).append(answer)
        named = {(1, 1): [PRINTED_DEPARTMENT], (3, 1): ["<user-id>", "{user-id}"], (4, 1): ["<job-type-id>"], (4, 2): ["<job-status-id>"],
                 (4, 3): ["<job-priority-id>"], (5, 1): ["<job-id>", "{job-id}"], (8, 1): ["{time-log-id}"], (9, 1): ["<checklist-id>"], (9, 2): ["{item-id}"]}
        for name in named.get((number, len(said[number])), []):
            console.known[name] = answer["id"]
    equal(sorted(said), list(range(1, 15)), "steps")
    return said
