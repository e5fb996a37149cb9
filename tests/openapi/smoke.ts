// A program as a user would write it, with types made of /openapi.json by openapi-typescript. It is compiled under --strict and run.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./nightshift.js";

declare const process: { argv: string[]; exit(status: number): never };
type Job = components["schemas"]["Job"];

function demand(holds: boolean, what: string): asserts holds {
    if (!holds) throw new Error(what);
}

const baseUrl = process.argv[2] ?? "http://localhost:8000";
const client = createClient<paths>({ baseUrl });

const login = await client.POST("/api/v1/auth/login", { body: { email: "admin@demo.com", password: "demo123" } });
demand(login.data !== undefined, `login: ${login.error?.message}`);
const token = login.data.access_token;
const bearer: Middleware = { onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token}`) };
client.use(bearer);

const wrong = await createClient<paths>({ baseUrl }).GET("/api/v1/jobs");
demand(wrong.response.status === 401 && wrong.error?.error === "E_UNAUTHORIZED", "without a token: 401");

const list = await client.GET("/api/v1/jobs", { params: { query: { status_category: "open", order: "-due_date", limit: 5 } } });
demand(list.data !== undefined && list.data.length <= 5, `list: ${list.error?.message}`);
const due: (string | null)[] = list.data.map(job => job.due_date);
demand(list.data.every(job => job.status_category === "open"), `only open ones: ${due}`);
const cursor = list.response.headers.get("X-Next-Cursor");
if (cursor !== null) {
    const next = await client.GET("/api/v1/jobs", { params: { query: { status_category: "open", order: "-due_date", limit: 5, cursor } } });
    demand(next.data !== undefined && next.data.every(job => list.data.every(one => one.id !== job.id)), "the next page goes on");
}

const refused = await client.POST("/api/v1/jobs", { body: { title: "" } });
demand(refused.response.status === 400 && refused.error?.error === "E_VALIDATION", "an empty title is refused");

const made = await client.POST("/api/v1/jobs", { body: { title: "Look after the pump", estimated_hours: 1.5 } });
demand(made.data !== undefined, `create: ${made.error?.message}`);
const path = { id: made.data.id };

const read = await client.GET("/api/v1/jobs/{id}", { params: { path } });
const etag = read.response.headers.get("ETag");
demand(read.data?.key === made.data.key && etag !== null, "read what was made");

const changed = await client.PATCH("/api/v1/jobs/{id}", { params: { path, header: { "If-Match": etag } }, body: { estimated_hours: 3 } });
const after: Job | undefined = changed.data;
demand(after?.estimated_hours === 3 && after.version > made.data.version, `change: ${changed.error?.message}`);
const stale = await client.PATCH("/api/v1/jobs/{id}", { params: { path, header: { "If-Match": etag } }, body: { estimated_hours: 4 } });
demand(stale.response.status === 409 || stale.response.status === 412, "a stale ETag changes nothing");

const asked = await client.POST("/api/v1/reports/generate", { body: { name: "Jobs", report_type: "job_summary", export_format: "CSV", parameters: {} } });
demand(asked.data !== undefined, `report: ${asked.error?.message}`);
let report = asked.data;
for (let left = 300; left > 0 && (report.status === "pending" || report.status === "generating"); --left) {
    await new Promise(done => setTimeout(done, 100));
    const again = await client.GET("/api/v1/reports/{id}", { params: { path: { id: report.id } } });
    demand(again.data !== undefined, `report: ${again.error?.message}`);
    report = again.data;
}
demand(report.status === "ready", `the report is ${report.status}`);
const file = await client.GET("/api/v1/reports/{id}/download", { params: { path: { id: report.id } }, parseAs: "text" });
demand(file.response.status === 200 && file.response.headers.get("content-type")?.startsWith("text/csv") === true, "the report is a CSV file");

const gone = await client.DELETE("/api/v1/jobs/{id}", { params: { path } });
demand(gone.response.status === 204, "deleted");
