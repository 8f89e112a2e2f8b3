"""What moderators say, whatever the protocol: judged as the service judges at the time, and stored before it is acknowledged."""
