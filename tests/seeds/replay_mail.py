"""The Job Management System's mails, as they come out of an SMTP server."""
import base64, contextlib, json, pathlib, subprocess, sys, tempfile, urllib.parse, urllib.request

from kit import ROOT, Room, equal, eventually, replays


@contextlib.contextmanager
def post_office():
    """A room whose mails go to a server of ours, and a question after the mails that came for somebody."""
    with tempfile.TemporaryDirectory(prefix="nightshift-mail.") as folder:
        ports = pathlib.Path(folder) / "ports"
        sink = subprocess.Popen([sys.executable, ROOT / "tests/kit/mail_sink.py", "--ports", ports, "--smtp", "0", "--http", "0"], stdout=subprocess.DEVNULL)
        try:
            eventually(ports.exists)
            smtp, page = ports.read_text().split()

            def told(path):
                with urllib.request.urlopen(f"http://127.0.0.1:{page}{path}", timeout=10) as answer:
                    return json.load(answer)

            def mails_for(address):
                return [told(f"/messages/{mail['id']}") for mail in told("/messages?" + urllib.parse.urlencode({"to": address}))]

            with Room(f"mail: {{host: 127.0.0.1, port: {smtp}, tls: none, from: jobs@example.org, site: 'https://jobs.example.org', collect: 1s}}\n") as room:
                yield room, mails_for
        finally:
            sink.terminate()
            sink.wait(10)


@replays("JMS-125")
def who_is_given_a_job_gets_a_mail_and_who_gave_it_none(_):
    with post_office() as (room, mails_for):
        who, giver = room.person("member"), room.person("admin")
        job = room.job(created_by_user_id=who.id)
        giver.patch(f"/jobs/{job['id']}", {"assigned_to_user_id": who.id})
        mail, = eventually(lambda: mails_for(who.email))
        assert job["key"] in mail["subject"] or job["title"] in mail["subject"], mail["subject"]
        assert "https://jobs.example.org" in mail["text"] and "https://jobs.example.org" in mail["html"], mail["text"]
        equal([mail["from"], mails_for(giver.email)], ["jobs@example.org", []])


@replays("JMS-122")
def a_scheduled_report_comes_by_mail_with_its_file(_):
    with post_office() as (room, mails_for):
        job, who = room.job(), room.person("manager")
        made = room.admin.post("/report-subscriptions", {
            "name": "Jobs each Monday", "report_type": "job_summary", "export_format": "CSV", "cron": "0 7 * * MON", "time_zone": "Europe/Paris",
            "recipients": [who.id], "channel": "email"})
        turn, = [one for one in room.admin.get("/schedules").body if one["args"].get("subscription_id") == made["id"]]
        equal([turn["kind"], turn["cron"], turn["time_zone"]], ["report.subscription", "0 7 * * MON", "Europe/Paris"])
        room.admin.post(f"/schedules/{turn['id']}/trigger")
        mail, = eventually(lambda: mails_for(who.email))
        assert "Jobs each Monday" in mail["subject"] + mail["text"], mail
        file, = mail["parts"]
        assert file["name"].endswith(".csv"), file["name"]
        assert job["key"] in base64.b64decode(file["base64"]).decode(), "the report is of other jobs"
