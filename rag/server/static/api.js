// Talks to the server of this page.

import { collection, home } from "./collection.js";
import { t } from "./words.js";

const address = (name) => new URL(`page/${name}`, document.baseURI);

export class Refused extends Error {}
export class SignedOut extends Refused {}
export class Gone extends Refused {}

const LOST = t("The server is not answering. Check that it is still running, then try again.");
const ENDED = t("Your session has ended. Sign in, then try again.");
const GONE = t("This collection is no longer here, or you no longer have access to it.");
const TOO_LARGE = t("The server in front of this page does not let that much through at once.");

// Why a call was refused: in the server's words, or in ours where something else has answered.
const reason = (found, status) => found.error || (status === 413 ? TOO_LARGE : LOST);

async function post(url, body, signal) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Refused(LOST);
  }
  if (response.status === 401) throw signedOut();
  if (response.ok) return response;
  const found = await response.json().catch(() => ({}));
  if (response.status === 404 && collection && !found.error) throw new Gone(GONE);
  throw new Refused(reason(found, response.status));
}

// The page says so by itself, and goes nowhere: what stands on it, and what was typed, is not lost.
function signedOut() {
  dispatchEvent(new Event("footnote:signed-out"));
  return new SignedOut(ENDED);
}

// One call, one value.
export const call = async (name, given = {}) => (await post(address(name), given)).json();

// One call about collections and the people in them, one value.
export const callTeam = async (name, given = {}) => (await post(new URL(`${home}team/${name}`, document.baseURI), given)).json();

// A call whose values come one after the other, a line each.
export async function* stream(name, given, signal) {
  const response = await post(address(name), given, signal);
  try {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      held += value;
      const lines = held.split("\n");
      held = lines.pop();
      for (const line of lines) {
        const event = JSON.parse(line);
        if (event.event === "problem") throw new Refused(event.problem);
        yield event;
        if (event.event === "done") return;
      }
    }
  } catch (problem) {
    if (problem.name === "AbortError" || problem instanceof Refused) throw problem;
    throw new Refused(LOST);
  }
  throw new Refused(LOST);
}

export const pictureOf = (document_id, page, width) =>
  `${address("picture")}?${new URLSearchParams({ document: document_id, page, width })}`;

export const originalOf = (document_id, path) =>
  `${address("original")}/${encodeURIComponent(document_id)}/${encodeURIComponent(path.split("/").pop())}`;

// Sends a file and tells how far it has come, from 0 to 1; `signal` breaks it off. Gives the path it was stored under.
export function send(file, name, onprogress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${address("receive")}?${new URLSearchParams({ name })}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onprogress(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => {
      const found = request.response ?? {}; // what is no JSON has no error to tell either
      if (request.status === 200) resolve(found.path);
      else reject(request.status === 401 ? signedOut() : new Refused(reason(found, request.status)));
    });
    request.addEventListener("error", () => reject(new Refused(LOST)));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
