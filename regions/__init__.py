"""The jurisdictions that come with the platform: a folder each, data first (docs/how-to/add-a-region.md)."""
