--
-- PostgreSQL database dump
--
COPY public.posts (id, user_id, raw, cooked) FROM stdin;
11	1	one cell too few
12	2	hi	<p>hi</p>	one too many
\.
