/**
 * Pairs of changes that pass their checks alone, merge without a conflict in the text, and fail together.
 * `before` are the files that both start from; null removes a file.
 */
export interface Pair {
  name: string;
  check: string;
  before: Record<string, string>;
  one: Record<string, string | null>;
  other: Record<string, string | null>;
}

const TYPESCRIPT = "deno test -A --quiet --no-lock";
// python3 may be a script of pyenv, which the BASH_ENV of the tests' home disturbs.
const PYTHON = "BASH_ENV= python3 -B -m unittest -q";

const ts = (test: string, imports: string) =>
  `import assert from "node:assert";\n${imports}\nDeno.test("it", () => {\n  ${test}\n});\n`;
const py = (test: string, imports: string) =>
  `import unittest\n${imports}\n\n\nclass It(unittest.TestCase):\n` +
  `    def test_it(self):\n        ${test}\n`;

function typescript(
  name: string,
  before: Pair["before"],
  one: Pair["one"],
  other: Pair["other"],
): Pair {
  return { name: `TypeScript: ${name}`, check: TYPESCRIPT, before, one, other };
}

function python(
  name: string,
  before: Pair["before"],
  one: Pair["one"],
  other: Pair["other"],
): Pair {
  return { name: `Python: ${name}`, check: PYTHON, before, one, other };
}

export const PAIRS: readonly Pair[] = [
  typescript("a function is renamed, and called anew", {
    "sum.ts": "export const total = (all: number[]) => all.reduce((a, b) => a + b, 0);\n",
    "sum_test.ts": ts("assert.equal(total([1, 2]), 3);", 'import { total } from "./sum.ts";'),
  }, {
    "sum.ts": "export const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);\n",
    "sum_test.ts": ts("assert.equal(sum([1, 2]), 3);", 'import { sum } from "./sum.ts";'),
  }, {
    "bill_test.ts": ts("assert.equal(total([4]), 4);", 'import { total } from "./sum.ts";'),
  }),
  typescript("a parameter becomes an object, and the old form is used anew", {
    "price.ts": "export const price = (net: number) => net * 2;\n",
    "price_test.ts": ts("assert.equal(price(1), 2);", 'import { price } from "./price.ts";'),
  }, {
    "price.ts": "export const price = ({ net }: { net: number }) => net * 2;\n",
    "price_test.ts": ts(
      "assert.equal(price({ net: 1 }), 2);",
      'import { price } from "./price.ts";',
    ),
  }, {
    "cart_test.ts": ts("assert.equal(price(3), 6);", 'import { price } from "./price.ts";'),
  }),
  typescript(
    "what nobody uses is removed, and used",
    {
      "text.ts": 'export const slug = (s: string) => s.toLowerCase();\nexport const one = "1";\n',
      "text_test.ts": ts('assert.equal(one, "1");', 'import { one } from "./text.ts";'),
    },
    { "text.ts": 'export const one = "1";\n' },
    {
      "link_test.ts": ts('assert.equal(slug("A"), "a");', 'import { slug } from "./text.ts";'),
    },
  ),
  typescript("a file is moved, and imported from its old place", {
    "clock.ts": "export const now = () => 1;\n",
    "clock_test.ts": ts("assert.equal(now(), 1);", 'import { now } from "./clock.ts";'),
  }, {
    "clock.ts": null,
    "time/clock.ts": "export const now = () => 1;\n",
    "clock_test.ts": ts("assert.equal(now(), 1);", 'import { now } from "./time/clock.ts";'),
  }, {
    "log_test.ts": ts("assert.equal(now() + 1, 2);", 'import { now } from "./clock.ts";'),
  }),
  typescript("a field becomes required, and is left out anew", {
    "user.ts": "export interface User { name: string }\n",
    "user_test.ts": ts(
      'const user: User = { name: "a" }; assert(user.name);',
      'import type { User } from "./user.ts";',
    ),
  }, {
    "user.ts": "export interface User { name: string; email: string }\n",
    "user_test.ts": ts(
      'const user: User = { name: "a", email: "b" }; assert(user.name);',
      'import type { User } from "./user.ts";',
    ),
  }, {
    "guest_test.ts": ts(
      'const guest: User = { name: "guest" }; assert(guest.name);',
      'import type { User } from "./user.ts";',
    ),
  }),
  typescript(
    "a union grows, and is handled exhaustively without its new member",
    {
      "shape.ts": 'export type Shape = "circle" | "square";\n',
      "shape_test.ts": ts(
        'const shape: Shape = "circle"; assert(shape);',
        'import type { Shape } from "./shape.ts";',
      ),
    },
    { "shape.ts": 'export type Shape = "circle" | "square" | "star";\n' },
    {
      "sides_test.ts": ts(
        "const sides: Record<Shape, number> = { circle: 0, square: 4 }; assert(sides);",
        'import type { Shape } from "./shape.ts";',
      ),
    },
  ),
  typescript("seconds become milliseconds, and are added up as seconds", {
    "delay.ts": "export const delay = () => 30;\n",
    "delay_test.ts": ts("assert.equal(delay(), 30);", 'import { delay } from "./delay.ts";'),
  }, {
    "delay.ts": "export const delay = () => 30_000;\n",
    "delay_test.ts": ts("assert.equal(delay(), 30_000);", 'import { delay } from "./delay.ts";'),
  }, {
    "retry_test.ts": ts("assert.equal(2 * delay(), 60);", 'import { delay } from "./delay.ts";'),
  }),
  typescript(
    "a check gets stricter, and a value is added that it refuses",
    {
      "name.ts": "export const isName = (s: string) => s.length > 0;\n",
      "name_test.ts": ts('assert(isName("a"));', 'import { isName } from "./name.ts";'),
    },
    { "name.ts": "export const isName = (s: string) => /^[a-z]+$/.test(s);\n" },
    {
      "default_test.ts": ts('assert(isName("Main"));', 'import { isName } from "./name.ts";'),
    },
  ),
  typescript(
    "the same id is added twice",
    {
      "ids_test.ts": ts(
        "const ids = [...Deno.readDirSync('commands')].map(({ name }) =>\n" +
          "    Deno.readTextFileSync(`commands/${name}`)); assert.equal(new Set(ids).size, ids.length);",
        "",
      ),
      "commands/help": "h\n",
    },
    { "commands/list": "l\n" },
    { "commands/less": "l\n" },
  ),
  typescript(
    "each adds the last one that a limit allows",
    {
      "limit_test.ts": ts('assert([...Deno.readDirSync("plugins")].length <= 2);', ""),
      "plugins/a": "",
    },
    { "plugins/b": "" },
    { "plugins/c": "" },
  ),
  typescript(
    "a default changes, and the old one is relied on",
    {
      "port.ts": "export const PORT: number = 80;\n",
      "port_test.ts": ts("assert(PORT > 0);", 'import { PORT } from "./port.ts";'),
    },
    { "port.ts": "export const PORT: number = 8080;\n" },
    {
      "url_test.ts": ts("assert.equal(`h:${PORT}`, 'h:80');", 'import { PORT } from "./port.ts";'),
    },
  ),
  typescript(
    "a function becomes asynchronous, and its value is used at once",
    {
      "load.ts": 'export const load = () => "text";\n',
      "load_test.ts": ts("assert(load());", 'import { load } from "./load.ts";'),
    },
    { "load.ts": 'export const load = () => Promise.resolve("text");\n' },
    {
      "length_test.ts": ts("assert.equal(load().length, 4);", 'import { load } from "./load.ts";'),
    },
  ),
  python("a function is renamed, and called anew", {
    "total.py": "def total(all):\n    return sum(all)\n",
    "test_total.py": py("self.assertEqual(total.total([1]), 1)", "import total"),
  }, {
    "total.py": "def add_up(all):\n    return sum(all)\n",
    "test_total.py": py("self.assertEqual(total.add_up([1]), 1)", "import total"),
  }, { "test_bill.py": py("self.assertEqual(total.total([2]), 2)", "import total") }),
  python(
    "two parameters change places, and are given in the old order",
    {
      "ratio.py": "def ratio(a, b):\n    return a / b\n",
      "test_ratio.py": py("self.assertEqual(ratio.ratio(a=4, b=2), 2)", "import ratio"),
    },
    { "ratio.py": "def ratio(b, a):\n    return a / b\n" },
    {
      "test_half.py": py("self.assertEqual(ratio.ratio(1, 2), 0.5)", "import ratio"),
    },
  ),
  python(
    "an exception changes its type, and the old one is expected",
    {
      "find.py": "def find(key):\n    raise KeyError(key)\n",
      "test_find.py": py("self.assertRaises(Exception, find.find, 1)", "import find"),
    },
    { "find.py": "def find(key):\n    raise ValueError(key)\n" },
    {
      "test_missing.py": py("self.assertRaises(KeyError, find.find, 1)", "import find"),
    },
  ),
  python(
    "nothing becomes an exception, and is asked for",
    {
      "get.py": "def get(key):\n    return None\n",
      "test_get.py": py("self.assertTrue(callable(get.get))", "import get"),
    },
    { "get.py": "def get(key):\n    raise LookupError(key)\n" },
    {
      "test_absent.py": py("self.assertIsNone(get.get(1))", "import get"),
    },
  ),
  python(
    "a constant is removed, and used",
    {
      "limits.py": "SMALL = 1\nLARGE = 9\n",
      "test_limits.py": py("self.assertEqual(limits.LARGE, 9)", "import limits"),
    },
    { "limits.py": "LARGE = 9\n" },
    {
      "test_small.py": py("self.assertEqual(limits.SMALL, 1)", "import limits"),
    },
  ),
  python(
    "a key is renamed, and read under its old name",
    {
      "row.py": "def row():\n    return {'name': 'a', 'size': 1}\n",
      "test_row.py": py("self.assertEqual(row.row()['size'], 1)", "import row"),
    },
    { "row.py": "def row():\n    return {'title': 'a', 'size': 1}\n" },
    {
      "test_name.py": py("self.assertEqual(row.row()['name'], 'a')", "import row"),
    },
  ),
  python(
    "an order changes, and the first one is taken",
    {
      "order.py": "def order():\n    return [1, 2, 3]\n",
      "test_order.py": py("self.assertEqual(sum(order.order()), 6)", "import order"),
    },
    { "order.py": "def order():\n    return [3, 2, 1]\n" },
    {
      "test_first.py": py("self.assertEqual(order.order()[0], 1)", "import order"),
    },
  ),
  python(
    "two migrations have the same number",
    {
      "test_numbers.py": py(
        "names = [n[:4] for n in os.listdir('migrations')]; self.assertEqual(len(names), len(set(names)))",
        "import os",
      ),
      "migrations/0001_begin": "",
    },
    { "migrations/0002_users": "" },
    { "migrations/0002_orders": "" },
  ),
  python("a base class gets an abstract method, and a subclass without it", {
    "base.py": "import abc\n\n\nclass Base(abc.ABC):\n    pass\n",
    "test_base.py": py("self.assertTrue(base.Base)", "import base"),
  }, {
    "base.py":
      "import abc\n\n\nclass Base(abc.ABC):\n    @abc.abstractmethod\n    def run(self): ...\n",
  }, {
    "test_part.py": py("self.assertTrue(type('Part', (base.Base,), {})())", "import base"),
  }),
  python(
    "rounding changes, and a rounded value is expected",
    {
      "cents.py": "def cents(x):\n    return round(x)\n",
      "test_cents.py": py("self.assertEqual(cents.cents(1.0), 1)", "import cents"),
    },
    { "cents.py": "import math\n\n\ndef cents(x):\n    return math.floor(x)\n" },
    {
      "test_up.py": py("self.assertEqual(cents.cents(1.7), 2)", "import cents"),
    },
  ),
];
