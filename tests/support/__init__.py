"""What several tests share: the Node clients, Twilio's OpenAPI files."""
