"""Where records arrive by themselves: what is declared in a home's `connectors.yaml`."""
