// The page itself, the same for the bundled GraphiQL and the one from a CDN: what the server put into the document,
// how a request is sent, the panel of examples, the name.

export const settings = JSON.parse(document.getElementById("po-graph").textContent);

const PLACEHOLDER = "Bearer YOUR-API-TOKEN";
const PERSIST = "graphiql:shouldPersistHeaders";
const headers = { Authorization: settings.token ? `Bearer ${settings.token}` : PLACEHOLDER };
const headersText = JSON.stringify(headers, null, 2);

// Sends what the headers editor says; the schema is asked for before that editor is there, with the headers it will
// hold. The untouched placeholder stays at home.
export async function fetcher(params, options) {
  const given = { ...(options?.headers ?? (params.operationName === "IntrospectionQuery" ? headers : {})) };
  if (given.Authorization === PLACEHOLDER) delete given.Authorization;
  const asked = { ...params };
  // GraphiQL learns the name a moment after the text: a quick hand would run an operation that is no longer there.
  if (asked.operationName && !asked.query.includes(asked.operationName)) delete asked.operationName;
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...given,
    },
    body: JSON.stringify(asked),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `${response.status} ${response.statusText}: ${text}`.trim() }] };
  }
}

// What both versions of GraphiQL are started with. A demo token is never kept in the browser: the next run has another.
export function properties() {
  const [first] = settings.examples;
  return {
    fetcher,
    defaultHeaders: headersText,
    defaultTabs: first && [{ query: first.document, variables: first.variables, headers: headersText }],
    defaultEditorToolsVisibility: settings.token ? false : "headers",
    inputValueDeprecation: true,
    schemaDescription: true,
    shouldPersistHeaders: persistsHeaders(),
    showPersistHeadersSettings: !settings.token,
    storage,
  };
}

// Tokens typed into the headers editor get the schema without a reload.
export function schemaWatch(introspect) {
  let timer;
  return (text) => {
    clearTimeout(timer);
    if (text === headersText) return;
    try {
      JSON.parse(text);
    } catch {
      return;
    }
    timer = setTimeout(introspect, 600);
  };
}

// The panel at the side: each example opens in a tab of its own, or in the tab where it already stands untouched.
export function examplesPlugin(createElement, useEditors) {
  const h = createElement;

  function Icon() {
    return h(
      "svg",
      { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, "aria-hidden": true },
      h("path", { d: "M5 3.5h9l5 5v12H5z", strokeLinejoin: "round" }),
      h("path", { d: "M14 3.5v5h5", strokeLinejoin: "round" }),
      h("path", { d: "m9.5 11.5-2 2.5 2 2.5m5-5 2 2.5-2 2.5", strokeLinecap: "round", strokeLinejoin: "round" }),
    );
  }

  function Examples() {
    const { activeDocument, open } = useEditors();
    return h(
      "section",
      { className: "po-examples", "aria-label": "Examples" },
      h("h2", { className: "po-examples-title" }, "Examples"),
      h("p", { className: "po-examples-hint" }, "Each opens in a tab. Run it with ▶ or Ctrl-Enter, then change it."),
      h(
        "ul",
        null,
        settings.examples.map((example) =>
          h(
            "li",
            { key: example.name },
            h(
              "button",
              {
                type: "button",
                className: "po-example",
                "data-example": example.name,
                "aria-current": activeDocument === example.document || undefined,
                onClick: () => open(example),
              },
              h("span", { className: `po-kind po-kind-${example.kind}` }, example.kind),
              h("strong", null, example.title),
              h("span", { className: "po-example-text" }, example.description),
            ),
          ),
        ),
      ),
    );
  }

  return { title: "Examples", icon: Icon, content: Examples };
}

// The panel that is open on a first visit; a narrow window starts with the two editors alone.
export function firstPanel(panel) {
  return innerWidth >= 1000 ? panel : undefined;
}

// The logo's place, at the end of the row of tabs.
export function name(createElement) {
  return createElement("span", { className: "po-name" }, "PO ", createElement("em", null, "Graph"));
}

export function root() {
  const element = document.getElementById("graphiql");
  element.replaceChildren();
  return element;
}

// What GraphiQL keeps in the browser. Its history would keep every token for good, so without a person's wish to keep
// headers it is given none; whatever comes back without headers gets those of a new tab.
const storage = {
  getItem(key) {
    const text = stored(key);
    return text && KEPT.test(key) ? withHeaders(text, (value) => value ?? headersText) : text;
  },
  setItem(key, text) {
    localStorage.setItem(key, KEPT.test(key) && !persistsHeaders() ? withHeaders(text, () => null) : text);
  },
  removeItem(key) {
    localStorage.removeItem(key);
  },
  clear() {
    for (const key of Object.keys(localStorage)) if (key.startsWith("graphiql:")) localStorage.removeItem(key);
  },
  get length() {
    return localStorage.length;
  },
};

const KEPT = /^graphiql:(favorites|queries|tabState)$/;

function withHeaders(text, change) {
  return JSON.stringify(JSON.parse(text), (key, value) => (key === "headers" ? change(value) : value));
}

function persistsHeaders() {
  return !settings.token && stored(PERSIST) === "true";
}

// Browsers can be told to keep nothing at all.
function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
