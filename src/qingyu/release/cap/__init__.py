"""Public warnings in the Common Alerting Protocol 1.2: written from an edition, and checked."""
