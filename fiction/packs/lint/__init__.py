"""What a valid pack had better not do: unreachable scenes, idle qualities, texts that break its own rules."""
