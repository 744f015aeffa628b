"""A made-up company to try supportbot with: its documents, customers, agents and widget."""
