// Results of the search: claims stand before pages. Sphinx's script asks for a score of each result.
"use strict";

Scorer.score = ([page, , , , score]) => score + (page.startsWith("claims/") ? 1000 : 0);
