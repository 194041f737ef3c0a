// Talks to the named endpoints of this server, the same ones that programs call.

const address = (path) => new URL(`gradio_api/${path}`, document.baseURI);

export class Refused extends Error {}

const LOST = "The server does not answer. Check that it is still running, then try again.";

async function post(path, body, signal) {
  let response;
  try {
    response = await fetch(address(path), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Refused(LOST);
  }
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(found.error || LOST);
  return found;
}

// One call, one value.
export async function call(name, ...values) {
  return (await post(`run/${name}`, { data: values })).data[0];
}

// A call whose values come one after the other.
export async function* stream(name, named, signal) {
  const { event_id: id } = await post(`call/v2/${name}`, named, signal);
  let finished = false;
  try {
    const response = await fetch(address(`call/${name}/${id}`), { signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      held += value;
      const parts = held.split("\n\n");
      held = parts.pop();
      for (const part of parts) {
        const [, event, data] = /^event: (\w+)\ndata: ([^]*)$/.exec(part) || [];
        if (event === "generating") yield JSON.parse(data)[0];
        if (event === "complete") finished = true;
        if (event === "error") {
          finished = true;
          const told = JSON.parse(data);
          throw new Refused(
            (told && told.error) ||
              (typeof told === "string" && told) ||
              "Something went wrong on the server; its log says what.",
          );
        }
      }
      if (finished) return;
    }
    throw new Refused(LOST);
  } catch (problem) {
    if (problem.name === "AbortError" || problem instanceof Refused) throw problem;
    throw new Refused(LOST);
  } finally {
    if (!finished) post("cancel", { session_hash: id, fn_index: 0, event_id: id }).catch(() => {});
  }
}
