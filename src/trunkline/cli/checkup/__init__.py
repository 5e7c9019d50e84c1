"""What `trunkline doctor` looks at: one module for each part, one `Finding` for each thing found.

Nothing is changed, and nothing needs a platform that runs.
"""
