import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, execute, type GraphQLSchema, parse, validate } from "graphql";
import { type FakeGitHub, type FakePullRequest, type Reply, urlOf } from "./github.ts";

let built: GraphQLSchema | undefined;

/** GitHub's own GraphQL schema, built when it is first asked for. */
function githubSchema(): GraphQLSchema {
  // As published it names two fields twice, which is all that the check of its syntax would find.
  return built ??= buildSchema(published.idl, { assumeValidSDL: true });
}

/** Answers a query of pull requests; one that GitHub's schema does not allow is an error. */
export async function graphql(
  github: FakeGitHub,
  { query, variables }: { query: string; variables: Record<string, unknown> },
): Promise<Reply> {
  const document = parse(query);
  const errors = validate(githubSchema(), document);
  if (errors.length > 0) {
    github.invalid.push(...errors.map(({ message }) => message));
    return { status: 200, body: { errors: errors.map(({ message }) => ({ message })) } };
  }
  const repository = {
    pullRequests: (filter: { headRefName?: string; states?: string[] }) => {
      const found = github.pullRequests.filter(({ head, state }) =>
        (filter.headRefName ?? head) === head && (filter.states ?? [state]).includes(state)
      ).sort((a, b) => b.number - a.number);
      return {
        totalCount: found.length,
        nodes: found.map(node),
        pageInfo: { hasNextPage: false, endCursor: null },
      };
    },
  };
  const rootValue = { repository: () => repository };
  const result = await execute({
    schema: githubSchema(),
    document,
    variableValues: variables,
    rootValue,
  });
  return { status: 200, body: result };
}

function node(found: FakePullRequest) {
  const { number, state, title, body, base, head, headSha, fromFork, labels } = found;
  return {
    ...{ number, state, title, body, url: urlOf("pull", number) },
    baseRefName: base,
    headRefName: head,
    headRefOid: headSha,
    isCrossRepository: fromFork,
    headRepository: { id: "R", name: "r" },
    headRepositoryOwner: { __typename: "User", id: "U", login: fromFork ? "me" : "o", name: "" },
    labels: {
      totalCount: labels.length,
      nodes: labels.map((name) => ({ id: name, name, description: null, color: "ededed" })),
    },
  };
}
