/**
 * Keys and tokens whose shape alone tells what they are, as their issuers document them; the list
 * follows the rules of gitleaks (github.com/gitleaks/gitleaks). Each ends where a word does.
 */
const TOKENS: Readonly<Record<string, string>> = {
  "GitHub": String.raw`gh[a-z]_\w{16,}|github_pat_\w{16,}`,
  "GitLab": String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[\w-]{16,}`,
  "OpenAI, Anthropic, OpenRouter": String.raw`sk-[\w-]{16,}`,
  "Stripe": String.raw`(?:sk|rk|pk)_(?:live|test|prod)_\w{10,}|whsec_[\w+/=-]{16,}`,
  "npm": String.raw`npm_\w{16,}`,
  "PyPI": String.raw`pypi-[\w-]{16,}`,
  "RubyGems": String.raw`rubygems_\w{16,}`,
  "crates.io": String.raw`cio\w{32}`,
  "Docker Hub": String.raw`dckr_(?:pat|oat)_[\w-]{16,}`,
  "Hugging Face": String.raw`(?:hf|api_org)_[A-Za-z]{20,}`,
  "Replicate": String.raw`r8_\w{30,}`,
  "Groq, xAI, Perplexity": String.raw`(?:gsk_|xai-|pplx-)\w{30,}`,
  "Slack": String.raw`xox[a-z]-[\w-]{10,}|xapp-\d-[\w-]{10,}`,
  "Google": String.raw`AIza[\w-]{20,}|ya29\.[\w-]{10,}|GOCSPX-[\w-]{20,}|1\/\/0[\w-]{30,}`,
  "AWS": String.raw`(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{12,}`,
  "DigitalOcean": String.raw`do[oprt]_v1_[a-f0-9]{32,}`,
  "Shopify": String.raw`shp(?:at|ca|pa|ss)_[a-fA-F0-9]{16,}`,
  "Square": String.raw`(?:EAAA|sq0[a-z]{3}-)[\w-]{22,}`,
  "SendGrid": String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`,
  "Mailgun": String.raw`key-[a-f0-9]{32}`,
  "Mailchimp": String.raw`[a-f0-9]{32}-us\d{1,2}`,
  "Twilio": String.raw`(?:SK|AC)[a-f0-9]{32}`,
  "Telegram": String.raw`\d{8,10}:AA[\w-]{30,}`,
  "Discord": String.raw`[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}`,
  "Linear, Notion, Airtable": String.raw`lin_api_\w{30,}|(?:secret|ntn)_\w{40,}|pat\w{14}\.\w{40,}`,
  "Vault": String.raw`hv[sbr]\.[\w-]{20,}`,
  "Terraform Cloud": String.raw`\w{14}\.atlasv1\.[\w-]{40,}`,
  "Pulumi": String.raw`pul-[a-f0-9]{40}`,
  "Databricks": String.raw`dapi[a-f0-9]{32}`,
  "Grafana": String.raw`gl(?:sa|c)_[\w+/=]{20,}`,
  "New Relic": String.raw`NR(?:AK|II|JS)-\w{19,}`,
  "Sentry": String.raw`sntr(?:ys|yu)_[\w+/=-]{30,}`,
  "Fly, Netlify, Vercel": String.raw`fo1_[\w-]{20,}|nfp_\w{30,}|vc[pirak]_\w{20,}`,
  "Figma, Postman, Atlassian": String.raw`figd_[\w-]{30,}|PMAK-[\w-]{30,}|ATATT3[\w=-]{30,}`,
  "Supabase, PlanetScale": String.raw`sbp_[a-f0-9]{40}|pscale_(?:tkn|pw|oauth)_[\w.-]{20,}`,
  "age": String.raw`AGE-SECRET-KEY-1[A-Z0-9]{40,}`,
  "JSON web tokens": String.raw`eyJ[\w-]{1,2000}\.[\w-]+(?:\.[\w-]*)*`,
};

/** What looks like a secret by itself; the group `secret` is what goes. */
export const TOKEN_SHAPES: readonly RegExp[] = Object.values(TOKENS).map((shape) =>
  new RegExp(String.raw`(?<![\w-])(?<secret>${shape})`, "dg")
);

/** Secrets in a larger whole, of which the rest stays to tell what it was. */
export const PARTS: readonly RegExp[] = [
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[\w/]{10,200})/dg,
  /discord(?:app)?\.com\/api\/webhooks\/(?<secret>\d+\/[\w-]{20,200})/dg,
  /webhook\.office\.com\/(?<secret>webhookb2\/[\w@/-]{20,400})/dg,
  /\b(?:AccountKey|SharedAccessKey|SharedSecret)=(?<secret>[\w+/=]{20,200})/dg,
  /[?&](?:sig|X-Amz-Signature|access_token|token|key|code)=(?<secret>[\w%+/=-]{16,400})/dgi,
];

/** A value that may be a secret: no variable, no placeholder, no path, no call. */
const VALUE = String
  .raw`(?![$<{*%(\[./~]|(?:true|false|null|none|undefined|yes|no|string|number)\b)[^\s"'&;,)]{4,}`;

/** Values of names and options that say what they hold. */
export const NAMED_VALUES: readonly RegExp[] = [
  new RegExp(
    String
      .raw`\b[A-Z][A-Z0-9_]{0,60}(?:PASS|PASSWD|PWD|KEY|PASSPHRASE)(?:_[A-Z0-9]+)?["']?\s*=\s*["']?(?<secret>${VALUE})`,
    "dg",
  ),
  new RegExp(
    String
      .raw`(?<=\s)--(?:[a-z-]{0,30}-)?(?:password|passwd|passphrase|token|secret|api-?key|auth-token)[= ]["']?(?<secret>(?!-)${VALUE})`,
    "dg",
  ),
  new RegExp(
    String.raw`\bcurl\b[^\n|;]{0,400}?\s(?:-u|--user)[= ]?["']?[^\s:"']{1,100}:(?<secret>${VALUE})`,
    "dg",
  ),
  new RegExp(
    String.raw`(?<=\s)(?:-u|--user)[= ]["']?[\w.@-]{1,100}:(?<secret>(?!\d+\b)${VALUE})`,
    "dg",
  ),
];
