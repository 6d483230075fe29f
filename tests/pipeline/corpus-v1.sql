BEGIN TRANSACTION;
CREATE TABLE absences (
	source VARCHAR NOT NULL,
	address VARCHAR NOT NULL,
	seen VARCHAR NOT NULL,
	PRIMARY KEY (source, address)
);
INSERT INTO "absences" VALUES('tips','example.com/spoon','2026-03-01T12:00:00.000000+00:00');
CREATE TABLE aliases (
	alias VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	post VARCHAR NOT NULL,
	PRIMARY KEY (alias, source, post)
);
INSERT INTO "aliases" VALUES('13dc14347e1a7587','tips','13dc14347e1a7587');
INSERT INTO "aliases" VALUES('70bfa54899e8c973','tips','13dc14347e1a7587');
INSERT INTO "aliases" VALUES('1fba71944fc4d2b0','tips','13dc14347e1a7587');
INSERT INTO "aliases" VALUES('264a43adc45675b7','tips','13dc14347e1a7587');
INSERT INTO "aliases" VALUES('b9507920b51789a3','tips','13dc14347e1a7587');
INSERT INTO "aliases" VALUES('32de817809b16c02','tips','32de817809b16c02');
INSERT INTO "aliases" VALUES('63531ec7bc45e91c','tips','32de817809b16c02');
INSERT INTO "aliases" VALUES('8fe5b07288514587','tips','32de817809b16c02');
INSERT INTO "aliases" VALUES('367354c37e6ab58c','tips','32de817809b16c02');
INSERT INTO "aliases" VALUES('b8b29d00d627eb22','tips','32de817809b16c02');
INSERT INTO "aliases" VALUES('b818a9087df857bc','tips','b818a9087df857bc');
INSERT INTO "aliases" VALUES('7dca73aeaf773f1d','tips','b818a9087df857bc');
INSERT INTO "aliases" VALUES('bb1227830493a17a','tips','b818a9087df857bc');
INSERT INTO "aliases" VALUES('e06b92a7c36bd386','tips','b818a9087df857bc');
CREATE TABLE blocks (
	"key" INTEGER NOT NULL,
	entry INTEGER NOT NULL,
	PRIMARY KEY ("key", entry)
)
 WITHOUT ROWID

;
INSERT INTO "blocks" VALUES(-9198705930368754429,1);
INSERT INTO "blocks" VALUES(-3725524393511903431,1);
INSERT INTO "blocks" VALUES(-924111373081824822,1);
INSERT INTO "blocks" VALUES(7028155301536199436,1);
INSERT INTO "blocks" VALUES(-5477820878647944545,2);
INSERT INTO "blocks" VALUES(192762314847739457,2);
INSERT INTO "blocks" VALUES(4701759625085407252,2);
INSERT INTO "blocks" VALUES(-2824434234379468393,3);
INSERT INTO "blocks" VALUES(-2796265248362092715,3);
INSERT INTO "blocks" VALUES(3067660108505046639,3);
INSERT INTO "blocks" VALUES(6556273764379408403,3);
CREATE TABLE bounds (
	page INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	post VARCHAR NOT NULL,
	not_before VARCHAR,
	not_after VARCHAR,
	PRIMARY KEY (page, post)
);
CREATE TABLE entries (
	id INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	form VARCHAR NOT NULL,
	title TEXT NOT NULL,
	body TEXT NOT NULL,
	body_type VARCHAR NOT NULL,
	permalink VARCHAR,
	address VARCHAR,
	platform_id VARCHAR,
	also_at JSON NOT NULL,
	dates JSON NOT NULL,
	author VARCHAR,
	categories JSON NOT NULL,
	tags JSON NOT NULL,
	layout VARCHAR NOT NULL,
	page_url VARCHAR,
	position INTEGER NOT NULL,
	first_seen VARCHAR NOT NULL,
	last_seen VARCHAR NOT NULL,
	times INTEGER NOT NULL,
	listed_in JSON NOT NULL,
	scope VARCHAR NOT NULL,
	said INTEGER,
	state INTEGER NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "entries" VALUES(1,'tips','a6468bebada8c3113c4084432d7c93c2460988ee5e18a0997651e35b3fd76126','content','The Door – 6/25/19','When the bell rings twice open the door and smile at whoever stands there.','text','https://example.com/door','example.com/door','example.com?p=1','[]','[]','Ann','[]','["door"]','html',NULL,0,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1,'["tag:door"]','',-8308002086691454729,2);
INSERT INTO "entries" VALUES(2,'tips','0b4c005c30e2b2c7491d1306321290d0b3e2396e38227570760b8f1380cad09b','summary','The Kettle – 6/18/19','It sings before','text','https://example.com/kettle','example.com/kettle',NULL,'[]','[]',NULL,'[]','[]','html',NULL,1,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1,'["tag:door"]','',2923360611521061813,2);
INSERT INTO "entries" VALUES(3,'tips','60aff2afc750ea3960c6d2e7b1738221afeb4b3260a776ffe6d7d0589ee5bc48','content','The Spoon – 6/11/19','Stir it slowly, and "never" twice; it''s hot.','text','https://example.com/spoon','example.com/spoon',NULL,'[]','[]',NULL,'[]','[]','html','https://example.com/spoon',0,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1,'[]','',136716220990929159,2);
CREATE TABLE forgotten (
	source VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	title TEXT NOT NULL,
	at VARCHAR NOT NULL,
	PRIMARY KEY (source, "key")
);
INSERT INTO "forgotten" VALUES('tips','5b6cff2cfcf2c9c0','The Lid','2026-11-22T02:28:27.359306+00:00');
INSERT INTO "forgotten" VALUES('tips','8359feedc4f170b2','The Lid','2026-11-22T02:28:27.359306+00:00');
INSERT INTO "forgotten" VALUES('tips','b8b79928c5c63952','The Lid','2026-11-22T02:28:27.359306+00:00');
INSERT INTO "forgotten" VALUES('tips','ca5e096aaa0f5603','The Lid','2026-11-22T02:28:27.359306+00:00');
INSERT INTO "forgotten" VALUES('tips','cd1ebc0dc083fdb9','The Lid','2026-11-22T02:28:27.359306+00:00');
CREATE TABLE marks (
	mark INTEGER NOT NULL,
	title INTEGER NOT NULL,
	entry INTEGER NOT NULL,
	PRIMARY KEY (mark, title, entry)
)
 WITHOUT ROWID

;
INSERT INTO "marks" VALUES(7621242345111119136,-3778564284510515996,1);
INSERT INTO "marks" VALUES(-5892799830535611160,-955879165194249554,3);
CREATE TABLE members (
	source VARCHAR NOT NULL,
	post VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	PRIMARY KEY (source, post, digest)
);
INSERT INTO "members" VALUES('tips','13dc14347e1a7587','60aff2afc750ea3960c6d2e7b1738221afeb4b3260a776ffe6d7d0589ee5bc48','the first evidence of this post');
INSERT INTO "members" VALUES('tips','32de817809b16c02','a6468bebada8c3113c4084432d7c93c2460988ee5e18a0997651e35b3fd76126','the first evidence of this post');
INSERT INTO "members" VALUES('tips','b818a9087df857bc','0b4c005c30e2b2c7491d1306321290d0b3e2396e38227570760b8f1380cad09b','the first evidence of this post');
CREATE TABLE meta (
	"key" VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','1');
INSERT INTO "meta" VALUES('identity','ed883b1b3b7b4773a785ed5d900ea429');
CREATE TABLE pages (
	id INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	url VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	archive VARCHAR NOT NULL,
	next_url VARCHAR,
	listed INTEGER NOT NULL,
	oldest VARCHAR,
	newest VARCHAR,
	proven_down BOOLEAN NOT NULL,
	proven_up BOOLEAN NOT NULL,
	unsettled BOOLEAN NOT NULL,
	first_seen VARCHAR NOT NULL,
	last_seen VARCHAR NOT NULL,
	times INTEGER NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "pages" VALUES(1,'tips','https://example.com/tag/door/','listing','tag:door','https://example.com/tag/door/page/2/',4264125665773043187,'2019-06-18','2019-06-25',1,1,0,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1);
INSERT INTO "pages" VALUES(2,'tips','https://example.com/spoon','post','',NULL,5716138445788391948,NULL,NULL,0,0,0,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1);
INSERT INTO "pages" VALUES(3,'tips','https://example.com/lid','post','',NULL,5716138445788391948,NULL,NULL,0,0,0,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1);
CREATE TABLE posts (
	source VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	sequence INTEGER NOT NULL,
	live BOOLEAN NOT NULL,
	title TEXT NOT NULL,
	published VARCHAR,
	published_precision VARCHAR,
	published_origin VARCHAR,
	url VARCHAR,
	author VARCHAR,
	categories JSON NOT NULL,
	tags JSON NOT NULL,
	completeness VARCHAR NOT NULL,
	text TEXT NOT NULL,
	not_before VARCHAR,
	not_after VARCHAR,
	last_changed VARCHAR NOT NULL,
	gone BOOLEAN NOT NULL,
	possibly_same JSON NOT NULL,
	said INTEGER NOT NULL,
	PRIMARY KEY (source, id)
);
INSERT INTO "posts" VALUES('tips','13dc14347e1a7587',1,1,'The Spoon','2019-06-11','day','title','https://example.com/spoon',NULL,'[]','[]','full','Stir it slowly, and "never" twice; it''s hot.',NULL,NULL,'2026-03-01T12:00:00.000000+00:00',0,'[]',136716220990929159);
INSERT INTO "posts" VALUES('tips','32de817809b16c02',2,1,'The Door','2019-06-25','day','title','https://example.com/door','Ann','[]','["door"]','full','When the bell rings twice open the door and smile at whoever stands there.',NULL,NULL,'2026-03-01T12:00:00.000000+00:00',0,'[]',-8308002086691454729);
INSERT INTO "posts" VALUES('tips','5b6cff2cfcf2c9c0',5,0,'',NULL,NULL,NULL,NULL,NULL,'[]','[]','full','',NULL,NULL,'2026-03-01T12:00:00.000000+00:00',0,'[]',0);
INSERT INTO "posts" VALUES('tips','b818a9087df857bc',4,1,'The Kettle','2019-06-18','day','title','https://example.com/kettle',NULL,'[]','["door"]','excerpt','It sings before',NULL,NULL,'2026-03-01T12:00:00.000000+00:00',0,'[]',2923360611521061813);
CREATE TABLE runs (
	id INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	command VARCHAR NOT NULL,
	started VARCHAR NOT NULL,
	finished VARCHAR,
	outcome VARCHAR NOT NULL,
	complete BOOLEAN NOT NULL,
	counts JSON NOT NULL,
	problems JSON NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES(1,'tips','crawl','2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00','ok',1,'{"pages": 2}','[]');
CREATE TABLE sightings (
	entry INTEGER NOT NULL,
	page INTEGER NOT NULL,
	position INTEGER NOT NULL,
	own BOOLEAN NOT NULL,
	first_seen VARCHAR NOT NULL,
	last_seen VARCHAR NOT NULL,
	times INTEGER NOT NULL,
	PRIMARY KEY (entry, page)
);
INSERT INTO "sightings" VALUES(1,1,0,1,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1);
INSERT INTO "sightings" VALUES(2,1,1,1,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1);
INSERT INTO "sightings" VALUES(3,2,0,0,'2026-03-01T12:00:00.000000+00:00','2026-03-01T12:00:00.000000+00:00',1);
CREATE TABLE sources (
	name VARCHAR NOT NULL,
	facts JSON NOT NULL,
	rules VARCHAR NOT NULL,
	unresolved BOOLEAN NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "sources" VALUES('tips','{"": {"date_order": "MDY", "order_from": "evidence", "order_evidence": ["6/18/19", "6/25/19"], "closing_lines": [], "signatures": [], "time_zone": null, "languages": []}}','[1, null, null, []]',0);
CREATE TABLE votes (
	entry INTEGER NOT NULL,
	source VARCHAR NOT NULL,
	scope VARCHAR NOT NULL,
	date_order VARCHAR NOT NULL,
	raw VARCHAR NOT NULL,
	PRIMARY KEY (entry, date_order, raw)
)
 WITHOUT ROWID

;
INSERT INTO "votes" VALUES(2,'tips','','MDY',' – 6/18/19');
INSERT INTO "votes" VALUES(1,'tips','','MDY',' – 6/25/19');
CREATE UNIQUE INDEX pages_by_url ON pages (source, url);
CREATE INDEX pages_by_next ON pages (source, next_url);
CREATE INDEX pages_to_do ON pages (source) WHERE unsettled;
CREATE UNIQUE INDEX entries_by_digest ON entries (digest);
CREATE INDEX entries_by_address ON entries (source, address);
CREATE INDEX entries_to_do ON entries (source, state) WHERE state < 2;
CREATE INDEX sightings_by_page ON sightings (page);
CREATE INDEX bounds_by_post ON bounds (post);
CREATE INDEX blocks_by_entry ON blocks (entry);
CREATE INDEX marks_by_entry ON marks (entry);
CREATE INDEX votes_by_order ON votes (source, scope, date_order, raw);
CREATE INDEX posts_by_sequence ON posts (sequence);
CREATE INDEX aliases_by_post ON aliases (source, post);
CREATE INDEX members_by_digest ON members (digest);
CREATE INDEX runs_by_source ON runs (source, id);
COMMIT;
