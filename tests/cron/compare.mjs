// Compares `nightshift cron next` with croner and cron-parser on random rules, zones and dates, wherever they follow the
// stated policy (docs/reference/cron.md). Where they don't, the difference has a name below, and its cases are counted.
//
//   node compare.mjs PROGRAM [CASES [SEED]]      prints one line a library and a GoogleTest-like JSON summary last
import { spawnSync } from "node:child_process";
import parser from "cron-parser";
import { Cron } from "croner";

const [program, cases = "3000", seed = "20261121"] = process.argv.slice(2);

// Zones whose rules have not changed lately, so that Node's own copy of the database says the same as the system's.
const ZONES = [
  "UTC", "Europe/Paris", "Europe/London", "Europe/Dublin", "Europe/Helsinki", "Europe/Lisbon", "Africa/Johannesburg",
  "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix", "America/St_Johns",
  "America/Havana", "America/Bogota", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dubai", "Asia/Jerusalem",
  "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAY = 86400000;

let state = Number(seed) >>> 0;
function random() { // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (low, high) => low + Math.floor(random() * (high - low + 1));
const one = (list) => list[pick(0, list.length - 1)];

function field(low, high, names = []) {
  const name = (n) => (names[n - low] && random() < 0.5 ? names[n - low] : String(n));
  const entry = () => {
    const from = pick(low, high), to = pick(from, high), step = pick(1, Math.max(1, Math.floor((high - low) / 2)));
    switch (pick(0, 7)) {
      case 0: return "*/" + step;
      case 1: return `${name(from)}-${name(to)}`;
      case 2: return `${from}-${to}/${step}`;
      case 3: return random() < 0.3 ? `${from}/${step}` : name(from);
      default: return name(from);
    }
  };
  if (random() < 0.3) return "*";
  return Array.from({ length: random() < 0.75 ? 1 : pick(2, 3) }, entry).join(",");
}
const dayOfMonth = () => random() < 0.55 ? "*" : random() < 0.15 ? one(["L", "LW", "15W", "1W", "?"]) : field(1, 28);
const dayOfWeek = () => random() < 0.5 ? "*"
  : random() < 0.2 ? one(["MON#2", "5#1", "FRI#3", "5L", "FRIL", "0L", "MON-SUN", "SUN-MON", "7", "5-7", "1-7/2"])
  : field(0, 6, WEEKDAYS);
function expression() {
  const hour = random() < 0.5 ? String(pick(0, 4)) : field(0, 23);
  const rule = [field(0, 59), hour, dayOfMonth(), random() < 0.8 ? "*" : field(1, 12, MONTHS), dayOfWeek()];
  if (random() < 0.15) rule.unshift(random() < 0.7 ? String(pick(0, 59)) : field(0, 59));
  return rule.join(" ");
}
// Out of range in one field: everybody refuses.
const wrong = () => one([
  `${pick(60, 99)} * * * *`, `* ${pick(24, 99)} * * *`, `* * ${one([0, 32, 99])} * *`, `* * * ${one([0, 13])} *`,
  `* * * * ${pick(8, 99)}`, `${pick(31, 59)}-${pick(0, 30)} * * * *`, `* 22-2 * * *`, `* * * * FRI-MON`, `*/0 * * * *`,
  `1,, * * * *`, `* * * FOO *`, `* * * *`, `a b c d e`, `1- * * * *`, `-5 * * * *`, `* * * * MON#6`, `1x * * * *`,
]);

const formats = new Map();
function offsetAt(zone, time) {
  if (!formats.has(zone))
    formats.set(zone, new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric",
      month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }));
  const part = Object.fromEntries(formats.get(zone).formatToParts(time).map((p) => [p.type, Number(p.value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - time;
}
const nearChange = (zone, time) => offsetAt(zone, time - DAY) !== offsetAt(zone, time + DAY);

// Half of the dates lie just before a change of the clocks.
function moment(zone) {
  const start = Date.UTC(pick(2008, 2060), pick(0, 11), pick(1, 28), pick(0, 23), pick(0, 59));
  if (random() < 0.5)
    for (let day = 0; day < 200; ++day) if (nearChange(zone, start + day * DAY)) return start + (day - pick(0, 1)) * DAY;
  return start;
}

// Our policy calls a rule fixed when it names one hour and no star stands in second, minute or hour.
function isFixed(rule) {
  const times = rule.split(" ").slice(0, rule.split(" ").length - 3);
  return /^\d+$/.test(times.at(-1)) && !times.some((t) => t.startsWith("*"));
}
const steps = (rule) => /(^|[ ,])(\d+|[A-Z]{3})\/\d/.test(rule);

const LIBRARIES = {
  croner: {
    differences: {
      "refuses n/step": steps,
      "takes SUN-SUN as the whole week": (rule) => /(0|SUN)-SUN/.test(rule),
      // croner's own default takes lists and steps of minutes as following the wall clock; its "no-wildcard" does so
      // for steps only.
      "takes a step in a fixed rule as a star": (rule) => isFixed(rule) && rule.split(" ").slice(0, -3).join(" ").includes("/"),
    },
    fires: (rule, zone, from, count) => new Cron(rule, { timezone: zone,
      fixedTimeRule: isFixed(rule) ? "no-wildcard" : "single-value" }).nextRuns(count, new Date(from)).map(Number),
  },
  "cron-parser": {
    differences: {
      "knows no W": (rule) => /W/.test(rule.replace(/WED/g, "")),
      "takes fewer than five fields": (rule) => rule.split(" ").length < 5,
      "refuses MON-SUN": (rule) => rule.includes("MON-SUN"),
    },
    refusals: [["refuses a value named twice", /duplicate values found/]],
    // Where clocks change it moves what falls into a gap and never repeats a fold: those days are left out.
    ignores: ["days on which the clocks change", nearChange],
    fires: (rule, zone, from, count) =>
      parser.CronExpressionParser.parse(rule, { tz: zone, currentDate: new Date(from) }).take(count).map(Number),
  },
};

function ask(questions) {
  const input = questions.map((q) => JSON.stringify(q)).join("\n") + "\n";
  const { stdout, status, error } = spawnSync(program, ["cron", "next", "--stdin"],
    { input, encoding: "utf8", maxBuffer: 1 << 30 });
  if (error || status !== 0) throw error ?? new Error(`${program} exits with ${status}`);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

function same(library, zone, ours, theirs) {
  const keep = (times) => library.ignores ? times.filter((t) => !library.ignores[1](zone, t)) : times;
  const until = Math.min(ours.at(-1), theirs.at(-1));  // a day left out shifts what is counted
  const text = (times) => keep(times.filter((t) => t <= until)).join();
  return text(ours) === text(theirs);
}

const questions = Array.from({ length: Number(cases) }, () => {
  const tz = one(ZONES);
  return { expression: random() < 0.05 ? wrong() : expression(), tz, from: new Date(moment(tz)).toISOString(), count: 8 };
});
const answers = ask(questions);
let tests = 0, failures = 0;
for (const [name, library] of Object.entries(LIBRARIES)) {
  const skipped = {};
  let compared = 0, refused = 0, ignored = 0, differ = 0;
  questions.forEach(({ expression: rule, tz, from, count }, i) => {
    const known = Object.entries(library.differences).find(([, applies]) => applies(rule));
    if (known) return void (skipped[known[0]] = (skipped[known[0]] ?? 0) + 1);
    let theirs;
    try {
      theirs = library.fires(rule, tz, from, count);
    } catch (problem) {
      const known = answers[i].expected && library.refusals?.find(([, message]) => message.test(problem.message));
      if (known) return void (skipped[known[0]] = (skipped[known[0]] ?? 0) + 1);
      theirs = null;
    }
    const ours = answers[i].expected?.map((t) => Date.parse(t)) ?? null;
    ++compared;
    if (ours === null && theirs === null) return void ++refused;
    if (ours && library.ignores) ignored += ours.filter((t) => library.ignores[1](tz, t)).length > 0;
    if (ours && theirs && same(library, tz, ours, theirs)) return;
    if (++differ > 5) return;
    const shown = (times) => times?.map((t) => (isNaN(t) ? "no time" : new Date(t).toISOString().slice(0, 19))).join(" ") ?? "refused";
    console.log(`${name} differs: ${rule} in ${tz} after ${from}\n  here  ${shown(ours)}\n  there ${shown(theirs)}`);
  });
  const left = Object.entries(skipped).map(([what, count]) => `${what}: ${count}`);
  if (library.ignores) left.push(`${library.ignores[0]}, in ${ignored} cases`);
  console.log(`${name}: ${compared} compared (${refused} refused by both), ${differ} differ; left out: ${left.join("; ")}`);
  ++tests;
  failures += differ > 0 || compared < Number(cases) / 2;
}
console.log(JSON.stringify({ tests, failures }));
process.exit(failures ? 1 : 0);
