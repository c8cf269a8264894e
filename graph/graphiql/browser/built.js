// The page as bundled: everything comes from this server.
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { createElement, useEffect } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";
import { examplesPlugin, firstPanel, name, properties, root, schemaWatch } from "./page.js";

/* global WORKERS */
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url)),
};

function useEditors() {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  return {
    activeDocument: tabs[activeTabIndex]?.query,
    open(example) {
      const there = tabs.findIndex((tab) => tab.query === example.document);
      if (there >= 0) {
        if (there !== activeTabIndex) changeTab(there);
        return;
      }
      if (queryEditor.getValue().trim()) addTab();
      queryEditor.setValue(example.document);
      variableEditor.setValue(example.variables ?? "");
    },
  };
}

// Stands beside the name, because that is always on the page: fetches the schema anew when the headers change, and
// sets the code in the size of the rest of the page.
function Background() {
  const { introspect } = useGraphiQLActions();
  const editors = useGraphiQL((state) => ({
    headers: state.headerEditor,
    query: state.queryEditor,
    response: state.responseEditor,
    variables: state.variableEditor,
  }));
  for (const editor of Object.values(editors)) editor?.updateOptions({ fontSize: 13 });
  useEffect(() => {
    if (!editors.headers) return undefined;
    const changed = schemaWatch(introspect);
    const listener = editors.headers.onDidChangeModelContent(() => changed(editors.headers.getValue()));
    return () => listener.dispose();
  }, [editors.headers, introspect]);
  return null;
}

const examples = examplesPlugin(createElement, useEditors);
const explorer = { ...explorerPlugin({ showAttribution: false }), title: "Explorer" };

createRoot(root()).render(
  createElement(
    GraphiQL,
    { ...properties(), plugins: [examples, explorer, HISTORY_PLUGIN], visiblePlugin: firstPanel(examples) },
    createElement(GraphiQL.Logo, null, name(createElement), createElement(Background)),
  ),
);
