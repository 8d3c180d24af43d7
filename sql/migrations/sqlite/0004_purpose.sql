-- what somebody who is signed in searches people for: asked once a session, and said in the log of every search
alter table web_session add column purpose text;
