"""The `trunkline` command. One module a subcommand; nothing heavy is imported before it is used."""
