-- For Neovim 0.11 and later without setup(): `vim.lsp.enable('apx')` finds this.
local find = require('apx.find')
local config = require('apx.server').config({}, { 'apx', 'lsp', '--stdio' }, nil)
config.filetypes = { 'apx' }
config.root_dir = function(buffer, on_root)
  on_root(find.root(vim.api.nvim_buf_get_name(buffer)))
end
return config
