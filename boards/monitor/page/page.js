// The monitor's page: pictures drawn as they come, a calibration led by words, signs and sounds.
"use strict";

const $ = (id) => document.getElementById(id);
const SPAN_S = 5;                      // of traces on the screen
const page = sessionStorage.page ||= Array.from(crypto.getRandomValues(new Uint8Array(12)),
  (one) => one.toString(16).padStart(2, "0")).join("");
let token = location.hash.slice(1) || sessionStorage.token || "";
if (location.hash) { sessionStorage.token = token; history.replaceState(null, "", location.pathname); }

addEventListener("hashchange", () => location.reload());   // another token, typed behind the address

let socket = null, tries = 0, facts = null, waiting = null, shown = null;
let clock = { offset: 0, trip: Infinity }, ages = [], spokeAt = 0;
let muscles = null, movement = null, wasState = "";
let skipped = 0, step = null, stepEnds = 0, mine = false, paused = false, asking = false, stopping = 0;

// ---- the socket

function connect() {
  socket = new WebSocket(`ws://${location.host}/socket`);
  socket.onopen = () => { send({ op: "hello", token, page }); clock.trip = Infinity; measureClock(); };
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = (event) => {
    if (event.code === 4401) return;   // refused: its form is shown
    say("link", `✗ the monitor does not answer; trying again${mine ? "; the calibration is paused" : ""}`, true);
    setTimeout(connect, Math.min(5000, 500 * 2 ** Math.min(4, tries++)));
  };
}

function send(words) { if (socket?.readyState === 1) socket.send(JSON.stringify(words)); }

const measureClock = () => send({ op: "clock", sent: performance.now() });
const wallMs = () => performance.timeOrigin + performance.now() + clock.offset;

const HEARD = {
  picture(words) { if (!waiting) requestAnimationFrame(show); waiting?.push(words) ?? (waiting = [words]); },
  clock(words) {
    const trip = performance.now() - words.sent;
    if (trip > clock.trip * 1.2) return;
    clock = { trip, offset: words.wall_ms - (performance.timeOrigin + performance.now()) + trip / 2 };
  },
  facts(words) { tries = 0; $("entry").hidden = true; begin(words); },
  refused(words) { $("entry").hidden = false; say("entry-why", words.text); say("link", "✗ not connected", true); $("token").focus(); },
  error(words) { say("trouble", words.text); },
  lesson, prompt, verdict,
  progress(words) { $("done").value = words.share; },
  say(words) { said(words.text); },
};
function hear(words) { HEARD[words.op]?.(words); }

const say = (id, text, bad = false) => tell($(id), text, bad);
function tell(place, text, bad = false) {
  if (place.textContent !== text) place.textContent = text;
  place.classList.toggle("bad", bad);
}

// ---- what is shown

function begin(words) {
  facts = words;
  shown = null;
  const least = facts.limit ? facts.limit / 16 : 1e-9;
  const channel = (_, i) => ({ name: i, label: `channel ${i}`, unit: "", least });
  muscles = strip("channels", Array.from({ length: facts.channels }, channel), facts.columns_hz);
  $("channels").classList.toggle("many", facts.channels > 16);
  movement = strip("axes", facts.axes, facts.axes_hz, true);
  $("movement").hidden = !facts.axes.length;
  say("what", `${facts.armband} · bundle ${facts.bundle} · ${facts.engine}`);
  for (const text of facts.events) log(text);
  if (!$("gestures").children.length) for (const label of facts.gestures) addGesture(label);
  estimate();
}

// Traces of one kind: a row each with its name, its picture and its state in words; those of a unit share a scale.
function strip(id, traces, columns_hz, joined = false) {
  const length = Math.round(SPAN_S * columns_hz), empty = () => traces.map(() => new Float32Array(length).fill(NaN));
  const rows = traces.map(({ name, label = name }) => {
    const place = document.createElement("div"), head = document.createElement("span");
    const canvas = document.createElement("canvas"), state = document.createElement("span");
    place.className = "channel"; place.setAttribute("role", "listitem");
    head.textContent = name; state.className = "quality"; canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `trace of ${label}`);
    place.append(head, canvas, state);
    return { place, canvas, state };
  });
  $(id).replaceChildren(...rows.map((row) => row.place));
  return { traces, rows, low: empty(), high: empty(), next: 0, joined };
}

function show() {
  const pictures = waiting;
  waiting = null;
  for (const one of pictures) { take(one); send({ op: "shown" }); }
  const now = wallMs(), picture = pictures.at(-1);
  if (shown && shown.state === "linked" && picture.state === "linked") ages.push(now - shown.wall_ms);
  if (shown) skipped += Math.max(0, picture.number - shown.number - pictures.length);
  shown = picture;
  draw(muscles); draw(movement);
  write(picture);
}

function take(picture) {
  append(muscles, picture);
  if (picture.motion) append(movement, picture.motion);
  if (picture.state === "gone") for (const one of [muscles, movement]) for (const row of [...one.low, ...one.high]) row.fill(NaN);
  picture.events.forEach(log);
}

function append(strip, picture) {      // its columns behind those that are there; what is missing is a gap
  const width = strip.low[0].length, missing = Math.max(0, picture.first - strip.next);
  const count = (picture.low[0] ?? []).length, by = Math.min(width, missing + count);
  for (const [rows, values] of [[strip.low, picture.low], [strip.high, picture.high]]) rows.forEach((row, channel) => {
    row.copyWithin(0, by); row.fill(NaN, width - by);
    const from = values[channel] ?? [];
    for (let i = Math.max(0, count - width); i < count; i++) row[width - count + i] = from[i] ?? NaN;
  });
  strip.next = picture.first + count;
}

function draw({ traces, rows, low, high, joined }) {
  const color = getComputedStyle(document.documentElement).getPropertyValue("--trace"), peaks = {};
  traces.forEach(({ unit, least }, c) => { peaks[unit] = Math.max(peaks[unit] ?? least, extent(low[c]), extent(high[c])); });
  rows.forEach(({ canvas }, channel) => {
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth * ratio, height = canvas.clientHeight * ratio;
    if (canvas.width !== Math.round(width) || canvas.height !== Math.round(height)) { canvas.width = width; canvas.height = height; }
    const pen = canvas.getContext("2d"), columns = low[channel].length, peak = peaks[traces[channel].unit];
    const y = (v) => canvas.height * (0.5 - 0.48 * v / peak);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = color; pen.lineWidth = Math.max(1, ratio); pen.beginPath();
    for (let i = 0, before = NaN; i < columns; before = high[channel][i++]) {
      const a = low[channel][i], b = high[channel][i], x = (i + 0.5) * canvas.width / columns;
      if (a !== a) continue;
      if (joined && before === before) pen.lineTo(x, y(a)); else pen.moveTo(x, y(a) + 0.5);
      pen.lineTo(x, y(b) - (joined ? 0 : 0.5));
    }
    pen.stroke();
  });
}

function extent(row) {
  let most = 0;
  for (const v of row) if (v > most) most = v; else if (-v > most) most = -v;
  return most;
}

const percent = (share) => `${Math.round(100 * share)} %`;

function write(p) {
  const word = { linked: "✓ linked", silent: "✗ no samples come", gone: "✗ the run has ended; waiting for the next" }[p.state];
  say("link", word, p.state !== "linked");
  if (p.state !== wasState) { if (wasState) urgent(word); wasState = p.state; }
  if ($("label").textContent !== p.label) { say("label", p.label); announce(p.label); }
  say("why", p.rejected && p.best ? `nearest is ${p.best}, not sure enough` : p.label === "rest" ? "the hand is at rest" : "held");
  $("score").value = p.score; say("score-text", percent(p.score));
  $("level").value = p.level; say("level-text", percent(p.level));
  muscles.rows.forEach(({ state }, c) => {
    const good = p.quality[c] === "good";
    tell(state, `${good ? "✓" : "⚠"} ${p.quality[c]}, ${p.rms[c].toFixed(1)}`, !good);
  });
  movement.rows.forEach(({ state }, c) => {
    const now = p.motion?.now[c], { unit } = movement.traces[c], digits = unit === "g" ? 2 : 0;
    const value = (Number(now?.toFixed(digits)) || 0).toFixed(digits);   // no -0
    tell(state, now === undefined ? "⚠ no data" : `${value} ${unit}`, now === undefined);
  });
  stops(p.latency_ms);
  say("missed", `${p.late ? "⚠" : "✓"} ${p.late} of the last ${p.of} decisions late; ${p.dropped} windows dropped as late since the run began`, p.late > 0);
  say("lost", `${(100 * p.lost).toFixed(1)} %`, p.lost > 0.05);
  say("battery", p.battery === null ? "cannot tell" : `${p.battery} %, asked ${Math.round(p.battery_s)} s ago`);
  say("skipped", String(skipped));
  say("profile", p.profile || "none: calibrate to have one");
}

function stops(latency) {
  const names = Object.keys(latency), body = $("stops");
  while (body.children.length < names.length) {
    const row = body.insertRow(), head = document.createElement("th");
    head.scope = "row"; row.append(head); row.insertCell(); row.insertCell();
  }
  names.forEach((name, i) => {
    const [head, p50, p99] = body.rows[i].cells, values = latency[name];
    head.textContent = name; p50.textContent = values[0].toFixed(2); p99.textContent = values[1].toFixed(2);
    body.rows[i].classList.toggle("sum", name.includes(" to "));
  });
  const used = latency["sample to event"]?.[1] ?? 0, within = used <= facts.deadline_ms;
  $("share").value = Math.min(1, used / facts.deadline_ms);
  say("budget", `reaction allowed ${facts.budget_ms} ms, ${facts.deadline_ms} of it from the last sample to the event: `
    + `${within ? "✓" : "⚠"} ${used.toFixed(1)} ms used, 99 % of the time`, !within);
}

function log(text) {
  const item = document.createElement("li"), list = $("log");
  item.textContent = text;
  if (list.children.length === 1 && list.textContent.trim() === "nothing yet") list.replaceChildren();
  list.prepend(item);
  while (list.children.length > 5) list.lastChild.remove();
}

function announce(label) {             // for who does not see it; not more than one a second
  if (!$("speak").checked || !$("lesson").hidden || performance.now() - spokeAt < 1000) return;
  spokeAt = performance.now();
  $("polite").textContent = label;
}
const urgent = (text) => { $("urgent").textContent = text; };

setInterval(() => {
  measureClock();
  const sorted = ages.slice(-400).sort((a, b) => a - b), at = (q) => Math.round(sorted[Math.floor(q * (sorted.length - 1))]);
  if (!sorted.length) return;
  const [p50, p99, max] = [at(0.5), at(0.99), at(1)];
  say("age", `${p50} ms, 99 % within ${p99} ms`, p99 > 150);
  Object.assign($("age").dataset, { p50, p99, max, pictures: ages.length });
  send({ op: "age", p50, p99, max, pictures: ages.length });
}, 1000);

setInterval(() => {
  if (shown?.state === "linked" && wallMs() - shown.wall_ms > 1000) say("link", `⚠ nothing new for ${((wallMs() - shown.wall_ms) / 1000).toFixed(1)} s`, true);
}, 250);

// ---- calibration

let audio = null;
function beep(...tones) {              // pairs of pitch and length
  if (!$("sound").checked || !audio) return;
  let at = audio.currentTime;
  for (const [hz, s] of tones) {
    const voice = audio.createOscillator(), loud = audio.createGain();
    voice.frequency.value = hz; loud.gain.setValueAtTime(0.2, at); loud.gain.linearRampToValueAtTime(0, at + s);
    voice.connect(loud).connect(audio.destination);
    voice.start(at); voice.stop(at + s);
    at += s;
  }
}
const CUES = { ready: [[330, 0.12]], hold: [[660, 0.12], [880, 0.2]], relax: [[440, 0.12], [330, 0.2]], good: [[990, 0.08]], bad: [[160, 0.4]], done: [[660, 0.1], [880, 0.1], [1320, 0.25]] };
const SIGNS = { ready: "◔", hold: "■", relax: "○" }, PHASES = { ready: "Get ready", hold: "HOLD", relax: "Relax" };

function addGesture(label, checked = true) {
  const box = document.createElement("input"), text = document.createElement("label");
  box.type = "checkbox"; box.checked = checked; box.value = label; box.onchange = estimate;
  if (label === "rest") { box.disabled = true; box.title = "rest is always shown"; }
  text.className = "check"; text.append(box, ` ${label}`);
  $("gestures").append(text);
  return box;
}

function asked() {
  const gestures = [...$("gestures").querySelectorAll("input:checked")].map((box) => box.value);
  const [hold_s, pause_s] = $("pace").value.split(" ").map(Number);
  return { op: "calibrate", profile: $("name").value, gestures, repetitions: Number($("repetitions").value), hold_s, pause_s,
    arm: $("arm").value, missing: $("missing").checked };
}
function estimate() {
  const { gestures, repetitions, hold_s, pause_s } = asked();
  say("length", `${gestures.length} gestures, about ${Math.round(gestures.length * repetitions * (hold_s + pause_s))} s`);
}
function add() {
  const label = $("another").value.trim();
  if (label) { addGesture(label).focus(); $("another").value = ""; estimate(); }
}
$("add").onclick = add;
$("another").onkeydown = (event) => { if (event.key === "Enter") { event.preventDefault(); add(); } };
$("repetitions").oninput = $("pace").onchange = estimate;
$("ask").onsubmit = (event) => {
  event.preventDefault();
  say("trouble", "");
  audio ||= window.AudioContext ? new AudioContext() : null;
  audio?.resume();
  send(asked());
};
$("entry").onsubmit = (event) => {
  event.preventDefault();
  token = sessionStorage.token = $("token").value.trim();
  connect();
};

function lesson(words) {
  const began = words.state === "running" && $("lesson").hidden;
  mine = words.mine && words.state === "running";
  $("lesson").hidden = words.state !== "running";
  $("begin").disabled = words.state === "running";
  for (const id of ["redo", "pause", "stop"]) $(id).disabled = !mine;
  if (words.state === "running") {
    $("outcome").hidden = true;
    if (!began) return;
    $("verdicts").replaceChildren();
    Object.assign($("stage").dataset, { phase: "ready" });
    step = null; paused = asking = false;
    say("word", "…"); say("said", mine ? words.text : `${words.text}, led from another page`);
    $("lesson").focus();
  } else if (words.state !== "idle") {
    step = null;
    const good = words.state === "done";
    say("outcome-title", good ? "✓ Calibration done" : words.state === "failed" ? "✗ Calibration failed" : "Calibration stopped");
    say("outcome-text", words.text, !good);
    const fresh = $("outcome").hidden;
    $("outcome").hidden = false;
    $("report").hidden = !words.report;
    if (words.report) $("report").href = URL.createObjectURL(new Blob([words.report], { type: "text/html" }));
    if (!fresh) return;
    $("outcome").focus();
    urgent(`${$("outcome-title").textContent}. ${words.text}`);
    beep(...CUES[good ? "done" : "bad"]);
  }
}

function prompt(words) {
  step = words; stepEnds = performance.now() + 1000 * words.seconds;
  paused = asking = false;
  buttons();
  $("stage").dataset.phase = words.phase;
  say("sign", SIGNS[words.phase]); say("phase-word", (words.again ? "Again: " : "") + PHASES[words.phase].toLowerCase());
  say("word", words.phase === "relax" ? "rest" : words.label); say("how", words.how);
  say("step", `${words.number} of ${words.of}`);
  if (words.phase !== "relax" || words.label !== "rest") beep(...CUES[words.phase]);
  if (words.phase === "hold" && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(120);
  urgent(words.phase === "relax" ? "relax" : `${PHASES[words.phase]}: ${words.label}${words.phase === "hold" ? `, ${words.seconds} seconds` : ""}`);
}

function verdict(words) {
  const item = document.createElement("li"), why = words.reasons.join("; ");
  const end = words.ask ? ": again, or keep it?" : words.redo ? ": once more" : words.good ? "" : " (kept as it is)";
  item.textContent = `${words.good ? "✓" : "✗"} ${words.label} ${words.repetition + 1}: ${words.good ? "good" : "not good"}${why ? `, ${why}` : ""}${end}`;
  item.className = words.good ? "good" : "bad";
  $("verdicts").prepend(item);
  asking = words.ask;
  buttons();
  if (asking) {
    step = null;
    $("stage").dataset.phase = "ask";
    say("sign", "?"); say("phase-word", "again, or keep it?"); say("word", words.label); say("seconds", "0.0");
  }
  if (!words.good) { beep(...CUES.bad); urgent(item.textContent); } else beep(...CUES.good);
}

function said(text) {
  say("said", text);
  if (text.startsWith("paused")) { paused = true; step = null; } else if (text === "going on") paused = false;
  buttons();
}

function buttons() {
  $("keep").disabled = !mine || !asking;
  $("pause").firstChild.textContent = paused ? "Go on " : "Pause ";
}

const wish = (word) => () => { if (mine) send({ op: "wish", wish: word }); };
$("redo").onclick = wish("redo");
$("keep").onclick = wish("keep");
$("pause").onclick = () => wish(paused ? "go" : "pause")();
$("stop").onclick = () => {            // twice, lest a minute's work go by one key
  if (performance.now() - stopping < 4000) send({ op: "stop" });
  else { stopping = performance.now(); said("once more to stop; nothing is kept then"); urgent("once more to stop"); }
};
document.addEventListener("keydown", (event) => {
  if ($("lesson").hidden || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select")) return;
  const button = { r: "redo", k: "keep", p: "pause", escape: "stop" }[event.key.toLowerCase()];
  if (button && !$(button).disabled) { event.preventDefault(); $(button).click(); }
});

setInterval(() => {
  if (!step) return;
  const left = Math.max(0, (stepEnds - performance.now()) / 1000);
  say("seconds", step.seconds ? left.toFixed(1) : "0.0");
  $("time").value = step.seconds ? left / step.seconds : 0;
}, 50);

connect();
