import { render } from "preact";
import { App } from "./app.tsx";
import type { PageData } from "./data.ts";
import { sourceOf } from "./source.ts";

const data: PageData = JSON.parse(document.getElementById("data")?.textContent ?? "null");
const page = document.getElementById("page");
if (page) render(<App source={sourceOf(data)} />, page);
