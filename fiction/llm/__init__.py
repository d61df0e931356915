"""Talking to a server of the OpenAI protocol: requests, streams, failures, and what each server takes."""
