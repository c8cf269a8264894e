"""What can be asked: one module a document. May import `graph.types` and `resolvers`; a resolver returns a queryset."""
