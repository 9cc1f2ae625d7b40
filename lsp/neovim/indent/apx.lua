-- Indentation while typing; the layout itself is the server's (:ApxFormat).
if vim.b.did_indent then
  return
end
vim.b.did_indent = 1
vim.bo.indentexpr = "v:lua.require'apx.indent'.of(v:lnum)"
vim.bo.indentkeys = 'o,O,=when,=every,=settings,=plot,=alert,=test,=trade,=input,=require,=define,=otherwise,=strategy,=stop,=take,=trail,=expire,=at'
vim.b.undo_indent = 'setlocal indentexpr< indentkeys<'
