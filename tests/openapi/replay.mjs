// Sends every documented example to a daemon, and holds each answer to its schema: replay.mjs URL TOKEN MAIL, where MAIL is the url of tests/kit/mail_sink.py. The last line is the count as JSON.
// The document's example ids stand for what is there: the id that an answer's example shows where the answer has another is known from then on
// by that one, and an operation waits until all the ids that its own example names are known.
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [base, token, mail] = process.argv.slice(2);
const ID = /01890a5d-ac96-7000-8000-[0-9a-f]{12}/g;
const document = await (await fetch(`${base}/openapi.json`)).json();

// Answers may grow for clients, but not behind the document's back: here each of its schemas is closed.
const close = schema => {
    if (schema && typeof schema === "object") {
        if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
        Object.values(schema).forEach(close);
    }
};
const checked = structuredClone(document);
close(checked.components.schemas);
const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true, strictSchema: "log", logger: { ...console, warn: () => {} } });
addFormats(ajv);
ajv.addFormat("binary", true).addFormat("uri-reference", true);
ajv.addSchema({ $id: "api", components: checked.components });
const follow = one => (one?.$ref ? one.$ref.slice(2).split("/").reduce((at, name) => at[name], document) : one);
const local = schema => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'));
const problems_of = (schema, value) => {
    const validate = ajv.compile(local(schema));
    return validate(value) ? [] : validate.errors.map(e => `${e.instancePath || "the body"} ${e.message} ${JSON.stringify(e.params)}`);
};

// What is sent in this order within its turn; everything else before. What undoes comes last.
const LATE = ["cancelRun", "retryRun", "muteDeadGroup", "resolveDeadGroup", "reopenChecklistItem", "completeChecklistItem", "startTimeLog", "stopTimeLog", "untagJob", "moveJob", "completeJob", "drainWorker",
    "logout", "changePassword"];
// What is deleted after what hangs on it, in this order.
const WHOLES = ["checklists", "jobs", "job-types", "job-statuses", "job-priorities", "teams", "users", "departments", "calendars"];
const until = async (look, what) => {
    for (let i = 0; i < 300; ++i) {
        const found = await look();
        if (found) return found;
        await new Promise(done => setTimeout(done, 100));
    }
    throw new Error(`waited 30 seconds for ${what}`);
};
// Somebody is told something by a mail that their server refuses for good: a delivery that was not sent, and an address that gets no mail any more.
let bounced;
const bounce = () => bounced ??= (async () => {
    await fetch(`${mail}/mode`, { method: "POST", body: JSON.stringify({ mode: "refuse" }) });
    const jane = (await ask("GET", "users?limit=200")).find(one => one.email === "jane@demo.com");
    await ask("POST", `jobs/${(await ask("GET", "jobs?limit=1"))[0].id}/assign`, { assigned_to_user_id: jane.id });
    const delivery = await until(async () => (await ask("GET", `deliveries?user_id=${jane.id}&state=bounced`))[0], "a mail that bounces");
    const suppression = await until(async () => (await ask("GET", "suppressions?reason=bounced"))[0], "its address to be suppressed");
    return { delivery: delivery.id, suppression: suppression.id };
})();
// What somebody else does before: the id that the operation's example names is that of what comes of it.
const PREPARE = {
    cancelRun: () => made("runs", { kind: "diagnostic.echo", not_before: "2099-01-01T00:00:00Z" }),   // waits, and is tried again when it is cancelled
    getBulkChange: async () => made("jobs/bulk", { action: "priority", filter: { created_at_from: "2000-01-01T00:00:00Z" }, job_priority_id: (await ask("GET", "job-priorities"))[0].id, dry_run: true }),
    getDelivery: async () => (await bounce()).delivery,
    listAttemptsOfDelivery: async () => (await bounce()).delivery,
    replayDelivery: async () => (await bounce()).delivery,
    getSuppression: async () => (await bounce()).suppression,
    deleteSuppression: async () => (await bounce()).suppression,
    listNotifications: async () => {
        const john = await sign_in("john@demo.com");
        await ask("POST", `jobs/${(await ask("GET", "jobs?limit=1"))[0].id}/comments`, { content: "@admin look at this pump, please" }, john);
    },
};
// Signed addresses are good once an answer gave them: of which operation, and where in it.
const ADDRESS = { sendUpload: ["presignUpload", "upload_url"], getAttachmentFile: ["presignDownload", "url"] };
// Who is in a team is taken out of it, and put in again: that is another one.
const RENEW = { createTeamMember: 186 };

const operations = [];
for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) operations.push({ path, method, ...operation });
const place = one => {
    if (one.operationId in RENEW) return RENEW[one.operationId];
    const late = LATE.indexOf(one.operationId);
    if (one.operationId === "logout" || one.operationId === "changePassword") return 300 + late;   // who signed out can do nothing more
    if (one.method === "delete") return 200 - 5 * (one.path.split("/").length - 3) + WHOLES.indexOf(one.path.split("/")[3]) / 10;   // parts before what they belong to
    if (late >= 0) return 100 + late;
    return { post: one.path.includes("{") ? 20 : 10, get: 30, put: 40, patch: 50 }[one.method] - (one.operationId === "login" ? 10 : 0);
};
operations.sort((a, b) => place(a) - place(b));

const known = new Map();   // what the document calls it -> what it is here
const here = value => {
    let text = JSON.stringify(value);
    for (const [documented, real] of known) text = text.replaceAll(documented, real);
    return JSON.parse(text);
};
const learn = (example, actual) => {
    if (typeof example === "string" && typeof actual === "string") {
        if ((example.match(ID)?.[0] === example || /^[A-Za-z0-9._-]{30,}$/.test(example)) && (!known.has(example) || /^ey|^[^-]*$/.test(example))) known.set(example, actual);
    } else if (Array.isArray(example) && Array.isArray(actual)) {
        if (example.length && actual.length) learn(example[0], actual[0]);
    } else if (example && actual && typeof example === "object" && typeof actual === "object")
        for (const name of Object.keys(example)) learn(example[name], actual[name]);
};

const request_of = one => {
    let path = one.path;
    const headers = { Authorization: `Bearer ${token}` };
    const query = new URLSearchParams();
    for (const given of one.parameters ?? []) {
        const parameter = follow(given);
        if (parameter.example === undefined) continue;
        if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(parameter.example));
        if (parameter.in === "query") query.set(parameter.name, parameter.example);
        if (parameter.in === "header" && parameter.name !== "If-Match") headers[parameter.name] = parameter.example;
    }
    const example = type => one.requestBody?.content[type]?.example;
    const body = example("application/json"), form = example("multipart/form-data"), bytes = example("application/octet-stream");
    return { path: path + (query.size ? `?${query}` : ""), headers, body, form, bytes };
};
const answers = new Map();   // operationId -> what it answered last
const unknown_of = request => [...new Set(JSON.stringify([request.path, request.body ?? request.form ?? null]).match(ID) ?? [])].filter(id => !known.has(id));
const is_ready = ({ one, request }) => ADDRESS[one.operationId] ? answers.has(ADDRESS[one.operationId][0])
    : one.operationId in PREPARE || (unknown_of(request).length === 0 && !request.path.includes("{"));

let tests = 0, failures = 0, skipped = 0;
const fail = (one, message) => {
    ++failures;
    console.log(`${one.operationId}: ${one.method.toUpperCase()} ${one.path}: ${message}`);
};
const ask = async (method, path, body, as = token) => (await fetch(`${base}/api/v1/${path}`, { method, headers: { Authorization: `Bearer ${as}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body) })).json();
const made = async (path, body) => (await ask("POST", path, body)).id;
const sign_in = async email => (await ask("POST", "auth/login", { email, password: "demo123" })).access_token;
const SIGNED_IN = new Set(["logout", "changePassword"]);   // an API key has no session to end
const send = async (one, request) => {
    const { path, headers, body, form, bytes } = here(request);
    if (SIGNED_IN.has(one.operationId)) headers.Authorization = `Bearer ${await sign_in("admin@demo.com")}`;
    let sent = bytes;
    if (form !== undefined && !ADDRESS[one.operationId]) {
        sent = new FormData();
        for (const [name, value] of Object.entries(form)) name === "file" ? sent.append(name, new Blob([value]), "pump.txt") : sent.append(name, value);
    } else if (body !== undefined) {
        headers["Content-Type"] = "application/json";
        sent = JSON.stringify(body);
    }
    const [from, where] = ADDRESS[one.operationId] ?? [];
    return fetch(from ? new URL(answers.get(from)[where], base) : base + path, { method: one.method.toUpperCase(), headers, body: sent });
};
const replay = async (one, request) => {
    ++tests;
    const answer = await send(one, request);
    const streams = answer.headers.get("content-type")?.startsWith("text/event-stream");   // and has no end
    const text = streams ? "" : await answer.text();
    if (streams) await answer.body.cancel();
    const documented = follow(one.responses[answer.status]);
    if (!documented) return fail(one, `answers ${answer.status}, which is not documented: ${text}`);
    if (answer.status >= 400) return fail(one, `answers ${answer.status}: ${text}`);
    if (!documented.content) return text ? fail(one, `answers a body with ${answer.status}: ${text}`) : undefined;
    const type = (answer.headers.get("content-type") ?? "").split(";")[0];
    const content = documented.content[type] ?? documented.content["*/*"];   // a file is of its own type
    if (!content) return fail(one, `answers ${type}, documented are ${Object.keys(documented.content)}`);
    if (type !== "application/json" || content.schema.format === "binary") return;
    const value = JSON.parse(text);
    answers.set(one.operationId, value);
    if (one.operationId in RENEW) known.delete(content.example.id);
    for (const problem of problems_of(content.schema, value).slice(0, 5)) fail(one, `its answer: ${problem}`);
    if (content.example !== undefined) learn(content.example, value);
};

// The examples themselves fit their schemas.
for (const one of operations)
    for (const [where, content] of [["request", one.requestBody?.content], ...Object.entries(one.responses).map(([status, r]) => [status, follow(r).content])])
        for (const media of Object.values(content ?? {}))
            if (media.example !== undefined)
                for (const problem of problems_of(media.schema, media.example).slice(0, 3)) fail(one, `the example of ${where}: ${problem}`);

const silent = operations.filter(one => one.requestBody && !Object.values(one.requestBody.content).some(media => media.example !== undefined));
let waiting = operations.filter(one => !silent.includes(one)).map(one => ({ one, request: request_of(one) }));
while (waiting.length) {
    const index = waiting.findIndex(is_ready);
    if (index < 0) break;
    const [{ one, request }] = waiting.splice(index, 1);
    if (PREPARE[one.operationId]) {
        const id = await PREPARE[one.operationId]();
        if (id) known.set(request.path.match(ID)[0], id);
    }
    if (one.operationId === "downloadReport") {
        for (let i = 0; i < 300; ++i) {
            const report = await (await send({ ...one, method: "get" }, { ...request, path: request.path.replace("/download", "") })).json();
            if (!["pending", "generating"].includes(report.status)) break;
            await new Promise(done => setTimeout(done, 100));
        }
    }
    await replay(one, request);
}
// What has no example of its own is not sent, and said.
for (const { one, request } of waiting) {
    ++tests, ++skipped;
    console.log(`${one.operationId}: ${one.method.toUpperCase()} ${one.path}: not sent: ${request.path.includes("{") ? "a path parameter has no example" : `no answer showed ${unknown_of(request)}`}`);
}
for (const one of silent) {
    ++tests, ++skipped;
    console.log(`${one.operationId}: ${one.method.toUpperCase()} ${one.path}: not sent: its body has no example`);
}
console.log(JSON.stringify({ tests, failures: Math.min(failures, tests), skipped }));
process.exit(failures ? 1 : 0);
