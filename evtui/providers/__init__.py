"""One file a source. Providers return domain objects, know no screen and no store, and never write to the platform."""
