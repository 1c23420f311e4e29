"""A player script of our own that yt-dlp's solver really runs: it turns `n` and signatures around.

The solver wants exactly two statements, the second a function called at once whose first inner statement it throws
away; inside, something that calls `.set("alr","yes")`, taking (url, name, signature), and returns an object with `get`,
`set` and one more method that transforms `n` (yt-dlp-ejs 0.8.0).
"""

PLAYER = "0123abcd"
PATH = f"/s/player/{PLAYER}/player_ias.vflset/en_US/base.js"

BASE_JS = """var _yt_player={};(function(g){var first=0;
var Link=function(url){this.fields={url:url}};
Link.prototype.get=function(name){return this.fields[name]};
Link.prototype.set=function(name,value){this.fields[name]=value};
Link.prototype.turn=function(){if(this.fields.n)this.fields.n=this.fields.n.split("").reverse().join("")};
var make=function(url,name,signature){var link=new Link(url);link.set("alr","yes");
if(signature)link.set(name,encodeURIComponent(decodeURIComponent(signature).split("").reverse().join("")));return link};
})(_yt_player);
"""
