-- Which links a link descends from. Depth 0 is the first of them, which the file's owner made.
CREATE TABLE link_ancestors (
    link_id UUID NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    ancestor_id UUID NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    depth BIGINT NOT NULL,
    PRIMARY KEY (link_id, ancestor_id)
);
CREATE INDEX link_ancestors_by_ancestor ON link_ancestors (ancestor_id, link_id);
