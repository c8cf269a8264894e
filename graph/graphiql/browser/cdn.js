// The page without a build: React and GraphiQL 4, the last with a file for script tags, come from a CDN. That version
// brings its history by itself, and starts with no panel open.
import { examplesPlugin, name, properties, root, schemaWatch } from "./page.js";

const { React, ReactDOM, GraphiQL, GraphiQLPluginExplorer } = globalThis;

if (React && ReactDOM && GraphiQL && GraphiQLPluginExplorer) {
  start();
} else {
  const text = document.createElement("p");
  text.className = "po-loading";
  text.textContent =
    "GraphiQL is not built here and its CDN cannot be reached. Install Node.js with npm and start the server again " +
    "with make: the page then comes from this server.";
  root().append(text);
}

function start() {
  const { useEditorContext, useSchemaStore } = GraphiQL.React;
  const h = React.createElement;

  function useEditors() {
    const { tabs, activeTabIndex, queryEditor, variableEditor, addTab, changeTab } = useEditorContext({ nonNull: true });
    return {
      activeDocument: tabs[activeTabIndex]?.query,
      open(example) {
        const there = tabs.findIndex((tab) => tab.query === example.document);
        if (there >= 0) {
          if (there !== activeTabIndex) changeTab(there);
          return;
        }
        // This version empties the editors while it renders the new tab; the example has to come after that.
        if (queryEditor.getValue().trim()) ReactDOM.flushSync(() => addTab());
        queryEditor.setValue(example.document);
        variableEditor.setValue(example.variables ?? "");
      },
    };
  }

  // Stands beside the name, because that is always on the page: fetches the schema anew when the headers change.
  function Background() {
    const { headerEditor } = useEditorContext({ nonNull: true });
    const { introspect } = useSchemaStore();
    React.useEffect(() => {
      if (!headerEditor) return undefined;
      const watch = schemaWatch(introspect);
      const changed = () => watch(headerEditor.getValue());
      headerEditor.on("change", changed);
      return () => headerEditor.off("change", changed);
    }, [headerEditor, introspect]);
    return null;
  }

  const examples = examplesPlugin(h, useEditors);
  const explorer = { ...GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false }), title: "Explorer" };

  ReactDOM.createRoot(root()).render(
    h(
      GraphiQL,
      { ...properties(), plugins: [examples, explorer] },
      h(GraphiQL.Logo, null, name(h), h(Background)),
    ),
  );
}
