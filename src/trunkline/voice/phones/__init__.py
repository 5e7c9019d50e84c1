"""Virtual phones in calls: what they do when they ring, and whom they call."""
