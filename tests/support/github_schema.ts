import { schema as published } from "@octokit/graphql-schema";
import { buildSchema, type GraphQLSchema } from "graphql";

let built: GraphQLSchema | undefined;

/** GitHub's own GraphQL schema, built when it is first asked for. */
export function githubSchema(): GraphQLSchema {
  // As published it names two fields twice, which is all that the check of its syntax would find.
  return built ??= buildSchema(published.idl, { assumeValidSDL: true });
}
