"""From rows to what everybody reads: features in GrowthBook's format."""

from modules.experiments.definitions.own import feature_of, holdout_feature, holdout_key
from modules.experiments.definitions.ranges import ranges_of
from modules.experiments.definitions.remote import buckets_of, changed_buckets, normalised

__all__ = [
    "buckets_of",
    "changed_buckets",
    "feature_of",
    "holdout_feature",
    "holdout_key",
    "normalised",
    "ranges_of",
]
