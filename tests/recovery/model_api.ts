/** A Messages API on loopback that answers from a script, one answer per request. */

export interface ModelApi extends AsyncDisposable {
  env: Record<string, string>;
  /** The bodies of the requests. */
  requests: string[];
}

/** Without an answer left, or with `undefined` as one, the request stays unanswered. */
export function serveModel(answers: (unknown | undefined)[]): ModelApi {
  const requests: string[] = [];
  const { promise: closing, resolve: close } = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      requests.push(await request.text());
      const answer = answers.shift();
      if (answer === undefined) await closing;
      return Response.json(message(answer));
    },
  );
  return {
    requests,
    env: {
      ANTHROPIC_API_KEY: "sk-ant-api03-anything",
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${server.addr.port}`,
    },
    async [Symbol.asyncDispose]() {
      close();
      await server.shutdown();
    },
  };
}

function message(answer: unknown): object {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer ?? "late");
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-haiku-5-5",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 10 },
  };
}
