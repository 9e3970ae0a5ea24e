"""What stands around Streamlit: names of hosts, routes that stream files, uploads on their way in, sessions that go."""
