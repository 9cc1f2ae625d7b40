-- ApexTrade in Neovim, 0.7.2 and later: `require('apx').setup({})` starts the language server for .apx files.
--
-- cmd: the server's command line. project_venv: take `.venv/bin/apx` of the project where there is one; only for projects that you trust.
-- settings: defaultData, units, parameters, lints, trace, as docs/editors/settings.md says. hints, lenses: false shows none.
-- capabilities, on_attach: as for any server.
local find = require('apx.find')
local server = require('apx.server')
local versions = require('apx.versions')

local M = {}
local options = {}
local told = {}

local function tell_once(text)
  if not told[text] then
    told[text] = true
    versions.tell(text, vim.log.levels.WARN)
  end
end

--- The client for a project, started if there is none. For versions before 0.11.
local function client_for(root)
  for _, id in ipairs(vim.tbl_map(function(client)
    return client.id
  end, vim.lsp.get_active_clients())) do
    local client = vim.lsp.get_client_by_id(id)
    if client and client.name == 'apx' and client.config.root_dir == root and not client.is_stopped() then
      return id
    end
  end
  local cmd, why = find.command(options, root)
  if not cmd then
    tell_once(why)
    return nil
  end
  return vim.lsp.start_client(server.config(options, cmd, root))
end

local function start(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  if file:match('^%a[%w+.-]+://') then
    return
  end
  local id = client_for(find.root(file))
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

--- Neovim 0.11 and later start servers themselves.
local function enable()
  local config = server.config(options, { 'apx', 'lsp', '--stdio' }, nil)
  config.filetypes = { 'apx' }
  config.root_dir = function(buffer, on_root)
    local file = vim.api.nvim_buf_get_name(buffer)
    if file:match('^%a[%w+.-]+://') then
      return
    end
    local root = find.root(file)
    local cmd, why = find.command(options, root)
    if cmd then
      on_root(root)
    else
      tell_once(why)
    end
  end
  -- The command is chosen for each project.
  config.cmd = function(dispatchers, resolved)
    local root = resolved and resolved.root_dir or vim.fn.getcwd()
    local cmd = find.command(options, root) or { 'apx', 'lsp', '--stdio' }
    return vim.lsp.rpc.start(cmd, dispatchers, { cwd = root })
  end
  vim.lsp.config('apx', config)
  vim.lsp.enable('apx')
end

function M.setup(given)
  options = given or {}
  if versions.is_11 then
    return enable()
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('apx', { clear = true }),
    pattern = 'apx',
    callback = function(args)
      start(args.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == 'apx' then
      start(buffer)
    end
  end
end

--- Stops the servers and starts them again for the buffers that they had.
function M.restart()
  local buffers, clients = {}, {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == 'apx' then
      buffers[#buffers + 1] = buffer
      for _, client in ipairs(versions.clients(buffer)) do
        clients[client.id] = client
      end
    end
  end
  server.stopping = true
  for id in pairs(clients) do
    vim.lsp.stop_client(id)
  end
  vim.wait(2000, function()
    return #vim.tbl_filter(function(id)
      return vim.lsp.get_client_by_id(id) ~= nil
    end, vim.tbl_keys(clients)) == 0
  end, 10)
  server.stopping = false
  if versions.is_11 then
    vim.lsp.enable('apx', false)
    vim.lsp.enable('apx')
    return
  end
  for _, buffer in ipairs(buffers) do
    start(buffer)
  end
end

return M
